/**
 * Pretrained encoders in, SavedModels in and out: variables, Hugging Face checkpoints, encoder
 * graphs, import into a bigger graph, LoRA.
 */
package io.loramer.savedmodels;
