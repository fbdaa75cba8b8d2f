/** The {@code lora-mer} command. */
package io.loramer.tools;
