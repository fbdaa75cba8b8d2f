/** Training on corpora: configuration, runs, experiments, exports. */
module io.loramer.training {
  requires transitive io.loramer.recognition;
  requires io.loramer.tensorboard;
  requires com.fasterxml.jackson.dataformat.csv;
  requires com.fasterxml.jackson.dataformat.yaml;
  requires com.fasterxml.jackson.datatype.jdk8;
  requires java.desktop;
  requires org.apache.logging.log4j;

  exports io.loramer.training;
  exports io.loramer.training.config;
  exports io.loramer.training.corpora;
  exports io.loramer.training.experiments;
  exports io.loramer.training.export;
  exports io.loramer.training.minecheck;
  exports io.loramer.training.run;

  opens io.loramer.training.config to
      com.fasterxml.jackson.databind;
  opens io.loramer.training.experiments to
      com.fasterxml.jackson.databind;
  opens io.loramer.training.run to
      com.fasterxml.jackson.databind;
}
