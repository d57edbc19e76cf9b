"""Conan 2 recipe of the sources around this folder: conan create packaging/conan -s compiler.cppstd=20 --build=missing

Conan Center has no SentencePiece: the system's is taken (libsentencepiece-dev). Tried where Conan Center could not be
reached: with a profile whose [platform_requires] name Debian's packages it builds, packs, and serves examples/c_api and predict.
"""

from pathlib import Path

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy


class OrochiConan(ConanFile):
    name = "orochi"
    version = "0.1.0"
    license = "MIT"
    description = "Trains small transformer encoders on CPUs; models from C++ and C"
    package_type = "shared-library"
    settings = "os", "arch", "compiler", "build_type"
    requires = (
        "cli11/[>=2.1]",
        "fmt/[>=8]",
        "hdf5/[>=1.10]",
        "nlohmann_json/[>=3.10]",
        "tomlplusplus/[>=3.3]",
        "utf8proc/[>=2.7]",
        "xxhash/[>=0.8]",
        "zlib/[>=1.2]",
        "zstd/[>=1.4]",
    )
    default_options = {"hdf5/*:enable_cxx": False, "hdf5/*:hl": False}

    def requirements(self):
        self.requires("eigen/[>=3.4]", transitive_headers=True)

    def validate(self):
        check_min_cppstd(self, 20)  # for programs that use the headers: they take the profile's

    def export_sources(self):
        root = Path(self.recipe_folder).parent.parent
        for folder in ("cmake", "examples", "include", "packaging", "src"):
            copy(self, f"{folder}/*", root, self.export_sources_folder)
        for file in ("CMakeLists.txt", "LICENSE", "CHANGELOG.md"):
            copy(self, file, root, self.export_sources_folder)

    def layout(self):
        cmake_layout(self)

    def generate(self):
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        for option in ("NATIVE", "TESTS", "ONEDNN", "LIBLINEAR", "ONNX", "MPI", "BROWSER"):
            toolchain.cache_variables[f"OROCHI_{option}"] = False
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", self.source_folder, str(Path(self.package_folder) / "licenses"))

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "Orochi")
        for name, scalar in (("orochi", "float"), ("orochi_f64", "double")):
            component = self.cpp_info.components[name]
            component.set_property("cmake_target_name", f"Orochi::{name}")
            component.libs = [name]
            component.includedirs = ["include", f"include/orochi-{scalar}"]
            component.requires = [f"{each.ref.name}::{each.ref.name}" for each in self.dependencies.direct_host.values()]
