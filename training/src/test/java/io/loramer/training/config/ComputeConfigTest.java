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
    assertEquals(Computation.FLOAT32, free.resolved(511).computation());
  }

  @Test
  void wideEncoderIsCompiledAndComputedInWhatTheProcessorMultipliesWell() {
    ComputeConfig free = new ComputeConfig(CPU, Optional.empty(), Optional.empty());
    Precision well = CpuFeatures.multipliesBfloat16() ? Precision.BFLOAT16 : Precision.FLOAT32;
    assertEquals(new Computation(well, true), free.resolved(768).computation());
  }

  @Test
  void whatIsSetStays() {
    ComputeConfig set = new ComputeConfig(CPU, Optional.of(Precision.FLOAT16), Optional.of(false));
    assertEquals(set, set.resolved(768));
    ComputeConfig other = new ComputeConfig(CPU, Optional.of(Precision.FLOAT32), Optional.of(true));
    assertEquals(other, other.resolved(16));
  }

  @Test
  void runOfAnOlderVersionGoesOnAsItBegan() {
    ComputeConfig written =
        new ComputeConfig(CPU, Optional.of(Precision.BFLOAT16), Optional.empty());
    ComputeConfig resumed = written.orElse(ComputeConfig.ofOlderRuns());
    assertEquals(Computation.in(Precision.BFLOAT16), resumed.resolved(768).computation());
  }

  @Test
  void onGpuNothingIsChosenThatWasNotMeasuredOnOne() {
    ComputeConfig gpu = new ComputeConfig(new Device("gpu"), Optional.empty(), Optional.empty());
    assertEquals(Computation.FLOAT32, gpu.resolved(768).computation());
  }
}
