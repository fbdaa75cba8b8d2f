package io.loramer.tools;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The rules that hold between modules and between packages, checked on the compiled classes. */
class ArchitectureTest {
  private static final String ROOT = "io.loramer.";

  /** Each module's package, without {@link #ROOT}, and those of the modules that it may use. */
  static final List<Map.Entry<String, Set<String>>> MODULES =
      List.of(
          Map.entry("savedmodels", Set.of()),
          Map.entry("model", Set.of("savedmodels")),
          Map.entry("recognition", Set.of("savedmodels", "model")),
          Map.entry("training", Set.of("savedmodels", "model", "recognition", "tensorboard")),
          Map.entry("server", Set.of("savedmodels", "model", "recognition", "serving")),
          Map.entry("client", Set.of()),
          Map.entry("tools", Set.of("savedmodels", "model", "recognition", "training", "server")));

  /** Packages for users of the library, without {@link #ROOT}. */
  private static final Set<String> API =
      Set.of(
          "savedmodels",
          "savedmodels.encoders",
          "savedmodels.hub",
          "savedmodels.lora",
          "savedmodels.weights",
          "recognition",
          "recognition.audio",
          "recognition.corpus",
          "recognition.device",
          "recognition.measures",
          "recognition.words",
          "training",
          "training.config",
          "training.corpora",
          "training.experiments",
          "training.export",
          "training.minecheck",
          "training.run",
          "server",
          "server.limits",
          "client");

  /** Every other package of the library. */
  private static final List<InternalPackage> INTERNAL =
      List.of(
          new InternalPackage(
              "savedmodels.files", Set.of("recognition", "training", "server", "tools")),
          new InternalPackage("savedmodels.graph", Set.of("model", "recognition", "training")),
          new InternalPackage("savedmodels.imports", Set.of("model", "training", "tools")),
          new InternalPackage(
              "savedmodels.optimize",
              Set.of("model", "training"),
              Set.of("Precision", "Computation")),
          new InternalPackage("savedmodels.rewrite", Set.of("model")),
          new InternalPackage("model", Set.of("recognition", "training", "server")),
          new InternalPackage(
              "model.head",
              Set.of("training", "tools"),
              Set.of("HeadConfig", "SpeakerConfig", "Layers", "PoolingOrder", "Modality")),
          new InternalPackage(
              "model.information",
              Set.of("training", "tools"),
              Set.of("MineConfig", "MineEstimator", "Marginals")),
          new InternalPackage("recognition.batches", Set.of("training")),
          new InternalPackage("recognition.tensors", Set.of("training", "server")),
          new InternalPackage("training.features", Set.of()),
          new InternalPackage("training.optimizer", Set.of()),
          new InternalPackage("training.tensorboard", Set.of()),
          new InternalPackage("server.grpc", Set.of()),
          new InternalPackage("server.http", Set.of()),
          new InternalPackage("server.model", Set.of()));

  private static final int MOST_TYPES = 26;

  /** Packages that may be larger, with the reason. */
  private static final Map<String, String> LARGE =
      Map.of("savedmodels.encoders", "one type per layer of six encoder architectures");

  private static final JavaClasses CLASSES = imported();

  @ParameterizedTest
  @FieldSource("MODULES")
  void modulesUseOnlyThoseBelowThem(Map.Entry<String, Set<String>> module) {
    classes()
        .that(resideInAnyPackage(packagesOf(module.getKey(), Set.of())))
        .should()
        .onlyDependOnClassesThat(
            resideOutsideOfPackage(ROOT + "*..")
                .or(resideInAnyPackage(packagesOf(module.getKey(), module.getValue()))))
        .check(CLASSES);
  }

  @Test
  void packagesAreFreeOfCycles() {
    slices().matching(ROOT + "(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void everyPackageOfTheLibraryIsEitherApiOrInternal() {
    Set<String> expected = new TreeSet<>(API);
    INTERNAL.forEach(internal -> expected.add(internal.name));
    assertEquals(
        List.copyOf(expected),
        typesByPackage().keySet().stream().filter(name -> !name.matches("tools(\\..*)?")).toList());
  }

  @ParameterizedTest
  @FieldSource("INTERNAL")
  void internalPackagesAreUsedByListedModulesOnly(InternalPackage internal) {
    classes()
        .that(internal.internalTypes())
        .should()
        .onlyHaveDependentClassesThat()
        .resideInAnyPackage(packagesOf(internal.module(), internal.users))
        .check(CLASSES);
  }

  @Test
  void onlyToolsWritesToStandardOutputAndStandardError() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "tools..")
        .should(ACCESS_STANDARD_STREAMS)
        .check(CLASSES);
  }

  @Test
  void onlyListedPackagesAreLarge() {
    Set<String> large = new TreeSet<>();
    typesByPackage()
        .forEach(
            (name, types) -> {
              if (types.size() > MOST_TYPES) {
                large.add(name);
              }
            });
    assertEquals(LARGE.keySet(), large);
  }

  private static JavaClasses imported() {
    // The names of other libraries' classes are enough; to read those takes most of the time.
    ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
    return new ClassFileImporter()
        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
        .withImportOption(location -> !location.contains("-tests.jar"))
        .withImportOption(location -> !location.contains("-protos")) // large, generated
        .importPackages("io.loramer");
  }

  /** Returns the patterns of a module's packages and of those of other modules. */
  private static String[] packagesOf(String module, Set<String> others) {
    return Stream.concat(Stream.of(module), others.stream())
        .map(name -> ROOT + name + "..")
        .toArray(String[]::new);
  }

  private static SortedMap<String, Set<String>> typesByPackage() {
    return CLASSES.stream()
        .filter(type -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"))
        .collect(
            groupingBy(
                type -> type.getPackageName().substring(ROOT.length()),
                TreeMap::new,
                mapping(JavaClass::getSimpleName, toCollection(TreeSet::new))));
  }

  /**
   * A package that only LoRA-MER's own modules may use.
   *
   * @param users the modules that may use it besides its own
   * @param apiTypes its types that everybody may use: settings that API types take
   */
  private record InternalPackage(String name, Set<String> users, Set<String> apiTypes) {
    InternalPackage(String name, Set<String> users) {
      this(name, users, Set.of());
    }

    String module() {
      return name.replaceFirst("\\..*", "");
    }

    DescribedPredicate<JavaClass> internalTypes() {
      return resideInAPackage(ROOT + name)
          .and(not(belongTo(describe("API", type -> apiTypes.contains(type.getSimpleName())))));
    }

    @Override
    public String toString() {
      return name;
    }
  }
}
