/**
 * The page {@code report.html} with the results of an experiment: tables, learning curves,
 * confusion matrices, mistakes, and how to reproduce them.
 *
 * <p>In: the folder of a cross-validation, a sweep or a run. Out: one HTML file without scripts
 * that loads no other file.
 *
 * <pre>{@code
 * Path page = Report.write(Path.of("runs/folds"));
 * }</pre>
 *
 * <p>Internal: used by LoRA-MER's own modules only; may change without notice.
 */
package io.loramer.tools.report;
