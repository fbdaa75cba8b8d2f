package io.loramer.tools.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;

/**
 * Rows seen along the two directions in which they differ most.
 *
 * @param points each row, in the order of the rows
 * @param firstShare of the variance, along the first direction
 * @param secondShare along the second
 */
record PrincipalComponents(List<Point> points, double firstShare, double secondShare) {
  /** A row, from the middle of all. */
  record Point(double first, double second) {}

  /**
   * Finds them.
   *
   * @param rows at least two, each of the same two or more features
   */
  static PrincipalComponents of(double[][] rows) {
    RealMatrix centred = new Array2DRowRealMatrix(rows);
    for (int j = 0; j < centred.getColumnDimension(); j++) {
      double mean = DoubleStream.of(centred.getColumn(j)).average().orElseThrow();
      centred.setColumnVector(j, centred.getColumnVector(j).mapSubtract(mean));
    }
    RealMatrix scatter = centred.transposeMultiply(centred);
    var directions = new EigenDecompositionSymmetric(scatter); // the greatest eigenvalue first
    RealVector first = centred.operate(directions.getEigenvector(0));
    RealVector second = centred.operate(directions.getEigenvector(1));
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < rows.length; i++) {
      points.add(new Point(first.getEntry(i), second.getEntry(i)));
    }
    double all = Math.max(scatter.getTrace(), Double.MIN_NORMAL); // of rows that are all the same
    return new PrincipalComponents(
        points, directions.getEigenvalue(0) / all, directions.getEigenvalue(1) / all);
  }
}
