// Cases of tests/fixtures/operations.h5 (scripts/make_golden_operations.py): PyTorch's values of single
// operations.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <string>
#include <type_traits>
#include <vector>

#include <orochi/tape.hpp>

#include "catch.hpp"
#include "io/hdf5.hpp"

namespace orochi {

constexpr double golden_tolerance = std::is_same_v<Scalar, float> ? 2e-6 : 1e-12;

class GoldenOperation {
 public:
  explicit GoldenOperation(const std::string& name)
      : file_(hdf5::own(H5Fopen((std::string(std::getenv("OROCHI_TEST_DATA")) + "/operations.h5").c_str(),
                                H5F_ACC_RDONLY, H5P_DEFAULT),
                        H5Fclose, "operations.h5")),
        group_(hdf5::own(H5Gopen2(file_.get(), name.c_str(), H5P_DEFAULT), H5Gclose, name)) {}

  struct Matrix {
    std::vector<double> numbers;
    Index rows = 0, cols = 0;
  };
  Matrix read(const std::string& name) const {
    const hdf5::Hid set = hdf5::own(H5Dopen2(group_.get(), name.c_str(), H5P_DEFAULT), H5Dclose, name);
    const hdf5::Hid space = hdf5::own(H5Dget_space(set.get()), H5Sclose, name);
    hsize_t shape[2] = {1, 1};
    const int rank = H5Sget_simple_extent_dims(space.get(), shape, nullptr);
    if (rank == 1) std::swap(shape[0], shape[1]);
    Matrix matrix{std::vector<double>(shape[0] * shape[1]), static_cast<Index>(shape[0]),
                  static_cast<Index>(shape[1])};
    hdf5::check(H5Dread(set.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, matrix.numbers.data()),
                name);
    return matrix;
  }
  template <class T>
  std::vector<T> read_as(const std::string& name) const {
    const Matrix matrix = read(name);
    std::vector<T> result;
    for (const double x : matrix.numbers) result.push_back(static_cast<T>(x));
    return result;
  }

  /// The operation's result and the gradients of all its inputs, each relative to its largest element.
  void check(const std::function<Var(const std::vector<Var>&)>& operation) const {
    Parameters parameters;
    parameters.allocate();
    Gradients gradients(parameters);
    Tape tape(parameters);
    tape.begin(Mode::train, &gradients, {});
    std::vector<Var> inputs;
    while (H5Lexists(group_.get(), ("in" + std::to_string(inputs.size())).c_str(), H5P_DEFAULT) > 0) {
      const Matrix in = read("in" + std::to_string(inputs.size()));
      inputs.push_back(tape.input(in.rows, in.cols, true));
      for (std::size_t i = 0; i < in.numbers.size(); ++i)
        inputs.back().data()[i] = static_cast<Scalar>(in.numbers[i]);
    }
    const Var y = operation(inputs);
    compare("out", y.rows(), y.cols(), y.data());
    const std::vector<Scalar> dy = read_as<Scalar>("dout");
    y.add_grad(ConstMatrixMap(dy.data(), y.rows(), y.cols()));
    tape.backward();
    for (std::size_t i = 0; i < inputs.size(); ++i)
      compare("din" + std::to_string(i), inputs[i].rows(), inputs[i].cols(), inputs[i].grad().data());
  }

 private:
  void compare(const std::string& name, Index rows, Index cols, const Scalar* found) const {
    const Matrix expected = read(name);
    REQUIRE(rows == expected.rows);
    REQUIRE(cols == expected.cols);
    double difference = 0, largest = 0;
    for (std::size_t i = 0; i < expected.numbers.size(); ++i) {
      largest = std::max(largest, std::abs(expected.numbers[i]));
      const double apart = std::abs(static_cast<double>(found[i]) - expected.numbers[i]);
      difference = std::isnan(apart) ? HUGE_VAL : std::max(difference, apart);
    }
    INFO(name << ": " << difference << " of " << largest);
    CHECK(difference <= golden_tolerance * largest);
  }

  hdf5::Hid file_, group_;
};

}  // namespace orochi
