package io.loramer.tools.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;
import org.hipparchus.linear.SingularValueDecomposition;

/**
 * The projections of rows on their first two principal components.
 *
 * @param points the projected rows, in the order of the rows
 * @param firstShare the share of the variance along the first component
 * @param secondShare the share of the variance along the second component
 */
record PrincipalComponents(List<Point> points, double firstShare, double secondShare) {
  /** A projected row, relative to the mean of all. */
  record Point(double first, double second) {}

  /**
   * Computes the components of the centred rows.
   *
   * @param rows at least two rows with the same number of features, at least two
   */
  static PrincipalComponents of(double[][] rows) {
    RealMatrix centred = new Array2DRowRealMatrix(rows);
    for (int j = 0; j < centred.getColumnDimension(); j++) {
      double mean = DoubleStream.of(centred.getColumn(j)).average().orElseThrow();
      centred.setColumnVector(j, centred.getColumnVector(j).mapSubtract(mean));
    }
    RealMatrix scatter = centred.transposeMultiply(centred);
    // Of a scatter matrix these are its eigenvectors, the largest eigenvalue first. Hipparchus' own
    // decomposition into eigenvectors fails to converge for some embeddings that hardly differ.
    SingularValueDecomposition directions = new SingularValueDecomposition(scatter);
    RealVector first = centred.operate(directions.getV().getColumnVector(0));
    RealVector second = centred.operate(directions.getV().getColumnVector(1));
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < rows.length; i++) {
      points.add(new Point(first.getEntry(i), second.getEntry(i)));
    }
    double all =
        Math.max(scatter.getTrace(), Double.MIN_NORMAL); // the trace is 0 if all rows are equal
    double[] variances = directions.getSingularValues();
    return new PrincipalComponents(points, variances[0] / all, variances[1] / all);
  }
}
