package io.loramer.training.config;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import io.loramer.recognition.device.Device;
import io.loramer.savedmodels.lora.TargetModules;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The YAML forms of values for which Jackson has none, or a different one. */
final class RunConfigValues extends SimpleModule {
  private static final long serialVersionUID = 1;

  RunConfigValues() {
    addSerializer(TargetModules.class, new TargetModulesWriter());
    addDeserializer(TargetModules.class, new TargetModulesReader());
    addSerializer(Device.class, new ToStringSerializer(Device.class));
    addDeserializer(Device.class, new DeviceReader());
    addSerializer(Path.class, new PathWriter());
  }

  /** A list of names, or one expression. */
  private static final class TargetModulesReader extends JsonDeserializer<TargetModules> {
    @Override
    public TargetModules deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      JsonNode node = parser.readValueAsTree();
      List<String> names = new ArrayList<>();
      node.elements().forEachRemaining(name -> names.add(name.asText()));
      return new TargetModules(names, node.isTextual() ? node.textValue() : "");
    }
  }

  private static final class TargetModulesWriter extends JsonSerializer<TargetModules> {
    @Override
    public void serialize(
        TargetModules targets, JsonGenerator generator, SerializerProvider provider)
        throws IOException {
      generator.writePOJO(targets.names().isEmpty() ? targets.expression() : targets.names());
    }
  }

  /** Plain paths: Jackson's own form is a file: URL. */
  private static final class PathWriter extends JsonSerializer<Path> {
    @Override
    public void serialize(Path path, JsonGenerator generator, SerializerProvider provider)
        throws IOException {
      generator.writeString(path.toString());
    }
  }

  private static final class DeviceReader extends JsonDeserializer<Device> {
    @Override
    public Device deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      return new Device(parser.getText());
    }
  }
}
