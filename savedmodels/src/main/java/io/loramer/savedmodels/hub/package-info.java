/**
 * Downloads checkpoints from the Hugging Face hub into the cache that Python's huggingface_hub
 * uses.
 *
 * <p>In: the name and revision of a model, and the environment variables of huggingface_hub. Out: a
 * folder with the model's configuration, weights and tokenizer.
 *
 * <pre>{@code
 * Hub hub = new Hub(HubSettings.of(System.getenv()));
 * HubModel model = new HubModel("microsoft/wavlm-base-plus", HubModel.MAIN);
 * Path checkpoint = hub.snapshot(model, (file, bytes, total) -> {});
 * }</pre>
 *
 * <p>Public API.
 */
package io.loramer.savedmodels.hub;
