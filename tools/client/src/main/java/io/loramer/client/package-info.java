/** A client of {@code lora-mer serve} for Java services. */
package io.loramer.client;
