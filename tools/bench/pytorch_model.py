"""The paper's model as a user of transformers and peft would write it."""

import math

import torch
from peft import LoraConfig, get_peft_model
from torch import nn
from torch.nn import functional as F
from transformers import HubertConfig, HubertModel, RobertaConfig, RobertaModel, WavLMConfig, WavLMModel
from transformers.models.wavlm.modeling_wavlm import WavLMAttention

LABELS = 4


class AttentiveStatisticsPooling(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.attention = nn.Linear(size, size)
        self.score = nn.Linear(size, 1)

    def forward(self, x, mask):  # x [B, T, H], mask bool [B, T]
        scores = self.score(torch.tanh(self.attention(x))).squeeze(-1)
        alpha = torch.softmax(scores.masked_fill(~mask, -1e9), dim=1).unsqueeze(-1)
        mean = (alpha * x).sum(1)
        variance = (alpha * (x - mean.unsqueeze(1)).square()).sum(1)
        return torch.cat([mean, variance.clamp(min=1e-5).sqrt()], dim=1)  # [B, 2H]


def perceptron(size, hidden, out):
    return nn.Sequential(nn.Linear(size, hidden), nn.ReLU(), nn.Dropout(0.1), nn.Linear(hidden, out))


class Head(nn.Module):
    """The paper's figure 1 above its encoders."""

    def __init__(self, hidden=768, size=256):
        super().__init__()
        self.audio_pooling = AttentiveStatisticsPooling(hidden)
        self.text_pooling = AttentiveStatisticsPooling(hidden)
        self.audio = perceptron(2 * hidden, size, size)  # a pointwise convolution of one frame is linear
        self.text = perceptron(2 * hidden, size, size)
        self.fusion_hidden = nn.Linear(size, size, bias=False)
        self.fusion_score = nn.Linear(size, 1, bias=False)
        self.classifier = perceptron(size, size, LABELS)
        self.mine = nn.Sequential(nn.Linear(2 * size, 512), nn.ReLU(), nn.Linear(512, 1))

    def forward(self, audio, audio_mask, text, text_mask):
        f_a = self.audio(self.audio_pooling(audio, audio_mask))
        f_t = self.text(self.text_pooling(text, text_mask))
        both = torch.stack([f_a, f_t], dim=1)
        weights = torch.softmax(self.fusion_score(torch.tanh(self.fusion_hidden(both))), dim=1)
        return self.classifier((weights * both).sum(1)), f_a, f_t

    def mutual_information(self, f_a, f_t):
        """Donsker and Varadhan's bound; the marginal pairs are all i != j."""
        size = len(f_a)
        if size == 1:
            return 0.0
        pairs = torch.cat(
            [f_a.unsqueeze(1).expand(-1, size, -1), f_t.unsqueeze(0).expand(size, -1, -1)], dim=2
        )
        scores = self.mine(pairs).squeeze(2).float()
        others = scores[~torch.eye(size, dtype=torch.bool)]
        return scores.diagonal().mean() - (torch.logsumexp(others, 0) - math.log(len(others)))


def attention_through_modules(self, hidden_states, attention_mask, gated_position_bias):
    """WavLMAttention's, but it calls q_proj and v_proj, which PEFT wraps; the original reads their raw weights, so that
    no LoRA gets a gradient."""
    batch, frames, size = hidden_states.shape
    heads = (batch, frames, self.num_heads, self.head_dim)
    q, k, v = (p(hidden_states).view(heads).transpose(1, 2) for p in (self.q_proj, self.k_proj, self.v_proj))
    bias = gated_position_bias.view(batch, self.num_heads, frames, frames)
    if attention_mask is not None:
        bias = bias.masked_fill(attention_mask.ne(1)[:, None, None, :], float("-inf"))
    dropout = self.dropout if self.training else 0.0
    out = F.scaled_dot_product_attention(q, k, v, attn_mask=bias.to(q.dtype), dropout_p=dropout)
    return self.out_proj(out.transpose(1, 2).reshape(batch, frames, size)), None


class Model(nn.Module):
    def __init__(self, encoder, freeze_feature_encoder):
        super().__init__()
        # As trained by us: layers are neither skipped nor are spans of time masked.
        same_work = {"layerdrop": 0.0, "apply_spec_augment": False}
        if encoder == "hubert":
            speech = HubertModel(HubertConfig(**same_work))
        else:
            WavLMAttention.torch_multi_head_self_attention = attention_through_modules
            speech = WavLMModel(WavLMConfig(**same_work))
        lora = LoraConfig(r=2, lora_alpha=16, lora_dropout=0.1, target_modules=["q_proj", "v_proj"])
        self.speech = get_peft_model(speech, lora)
        if freeze_feature_encoder:
            speech.feature_extractor._freeze_parameters()
        self.text = RobertaModel(RobertaConfig(max_position_embeddings=514, type_vocab_size=1), add_pooling_layer=False)
        self.text.requires_grad_(False)
        self.head = Head()

    def train(self, mode=True):
        super().train(mode)
        self.text.eval()  # frozen, and without dropout
        return self

    def forward(self, waveforms, audio_mask, ids, text_mask):
        audio = self.speech(waveforms, attention_mask=audio_mask).last_hidden_state
        frames = self.speech._get_feature_vector_attention_mask(audio.shape[1], audio_mask)
        with torch.no_grad():
            text = self.text(ids, attention_mask=text_mask).last_hidden_state
        return self.head(audio, frames, text, text_mask.bool())
