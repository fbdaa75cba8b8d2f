package io.loramer.training.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.loramer.recognition.device.CpuFeatures;
import io.loramer.recognition.device.Device;
import io.loramer.savedmodels.optimize.Computation;
import io.loramer.savedmodels.optimize.Precision;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ComputeConfigTest {
  private static final Device CPU = new Device("cpu");

  @Test
  void narrowEncoderIsComputedInFloat32AndNotCompiled() {
    ComputeConfig free = new ComputeConfig(CPU, Optional.empty(), Optional.empty());
    assertEquals(Computation.FLOAT32, free.resolve(511));
  }

  @Test
  void wideEncoderIsCompiledAndComputedInThePrecisionThatSuitsTheProcessor() {
    ComputeConfig free = new ComputeConfig(CPU, Optional.empty(), Optional.empty());
    Precision well = CpuFeatures.multipliesBfloat16() ? Precision.BFLOAT16 : Precision.FLOAT32;
    assertEquals(new Computation(well, true), free.resolve(768));
  }

  @Test
  void valuesThatAreSetStay() {
    ComputeConfig set = new ComputeConfig(CPU, Optional.of(Precision.FLOAT16), Optional.of(false));
    assertEquals(Computation.in(Precision.FLOAT16), set.resolve(768));
    ComputeConfig other = new ComputeConfig(CPU, Optional.of(Precision.FLOAT32), Optional.of(true));
    assertEquals(new Computation(Precision.FLOAT32, true), other.resolve(16));
  }

  @Test
  void runOfAnOlderVersionIsResumedWithoutXla() {
    ComputeConfig written =
        new ComputeConfig(CPU, Optional.of(Precision.BFLOAT16), Optional.empty());
    ComputeConfig resumed = written.orElse(ComputeConfig.ofOlderRuns());
    assertEquals(Computation.in(Precision.BFLOAT16), resumed.resolve(768));
  }

  @Test
  void onGpuTheChoiceIsFloat32WithoutXla() {
    ComputeConfig gpu = new ComputeConfig(new Device("gpu"), Optional.empty(), Optional.empty());
    assertEquals(Computation.FLOAT32, gpu.resolve(768));
  }
}
