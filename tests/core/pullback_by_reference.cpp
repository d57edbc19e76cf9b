// Not part of a program: check_refusal.cmake hands it to the compiler, once with CAPTURE as "=" and once as
// "&".
#include <orochi/tape.hpp>

orochi::Var twice(orochi::Var x) {
  const orochi::Scalar factor = 2;
  orochi::Var y = x.tape().result(x.rows(), x.cols());
  y.value() = factor * x.value();
  y.pullback([CAPTURE] { x.add_grad(factor * y.grad()); });
  return y;
}
