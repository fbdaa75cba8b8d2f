/**
 * Rewrites and checks a GraphDef before its import: TensorFlow only ever adds nodes to a graph that
 * is already imported.
 *
 * <p>In: a {@code GraphDef}. Out: the same graph edited: {@link
 * io.loramer.savedmodels.rewrite.GraphDefEditor} changes single nodes, the other classes inline
 * functions, replace ops without a gradient, and refuse graphs that are not an encoder's.
 *
 * <pre>{@code
 * GraphDefEditor editor = new GraphDefEditor(graph.toBuilder().clearLibrary().build());
 * FunctionInlining.inline(editor, graph.getLibrary());
 * editor.keepOnly(List.of("last_hidden_state:0"));
 * GraphDef inlined = editor.toGraphDef();
 * }</pre>
 *
 * <p>Internal: used by LoRA-MER's own modules only; may change without notice.
 */
package io.loramer.savedmodels.rewrite;
