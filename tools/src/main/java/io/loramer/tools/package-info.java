/** Module. */
package io.loramer.tools;
