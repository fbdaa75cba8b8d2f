/** Module. */
package io.loramer.model;
