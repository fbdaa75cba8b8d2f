/** Downloads pretrained checkpoints from the Hugging Face hub into the cache shared with Python. */
package io.loramer.savedmodels.hub;
