/**
 * LoRA: its configuration, its injection into an encoder's graph, and adapters in PEFT's format.
 *
 * <p>In: a {@link io.loramer.savedmodels.lora.LoraConfig} and an encoder's graph, or the folder of
 * an adapter. Out: the {@link io.loramer.savedmodels.lora.LoraTarget}s that have a bypass, or a
 * {@link io.loramer.savedmodels.lora.LoraAdapter}, whose tensors its owner closes.
 *
 * <pre>{@code
 * try (LoraAdapter adapter = LoraAdapter.read(Path.of("adapter"))) {
 *   for (String module : adapter.modules()) {
 *     System.out.println(module + " " + adapter.norm(module));
 *   }
 * }
 * }</pre>
 *
 * <p>Public API, except {@link io.loramer.savedmodels.lora.LoraInjection}, which is internal.
 *
 * @see <a href="https://arxiv.org/abs/2106.09685">Hu et al. 2021, LoRA</a>
 */
package io.loramer.savedmodels.lora;
