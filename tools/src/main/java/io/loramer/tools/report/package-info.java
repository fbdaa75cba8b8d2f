/** The page that shows what an experiment came to. */
package io.loramer.tools.report;
