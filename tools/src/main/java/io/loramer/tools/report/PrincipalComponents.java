package io.loramer.tools.report;

import java.util.stream.DoubleStream;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;

/**
 * Rows seen along the two directions in which they differ most.
 *
 * @param points [rows][2]
 * @param explained the share of the variance along each of the two
 */
record PrincipalComponents(double[][] points, double[] explained) {

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
    var directions = new EigenDecompositionSymmetric(scatter); // in order, largest first
    double[][] points = new double[rows.length][2];
    double[] explained = new double[2];
    for (int k = 0; k < 2; k++) {
      RealVector along = centred.operate(directions.getEigenvector(k));
      for (int i = 0; i < rows.length; i++) {
        points[i][k] = along.getEntry(i);
      }
      double all = scatter.getTrace();
      explained[k] = all > 0 ? Math.max(0, directions.getEigenvalue(k)) / all : 0;
    }
    return new PrincipalComponents(points, explained);
  }
}
