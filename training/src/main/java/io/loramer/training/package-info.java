/** Module. */
package io.loramer.training;
