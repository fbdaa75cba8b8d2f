/** Module. */
package io.loramer.savedmodels;
