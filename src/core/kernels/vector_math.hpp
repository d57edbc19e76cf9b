// Elementary functions without branches or calls, so that loops over them become vector instructions (libm's
// cost 15 to 30 times as much). float: polynomials fitted by minimax; double, for gradient checks: libm.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace orochi::kernels {

/// e^x = (1 + excess) power, power being a power of 2, for x from -87.34 to 88.5; NaN stays NaN in `excess`.
struct Exponential {
  float excess, power;
};
inline Exponential exponential(float x) {
  constexpr float log2_e = 1.44269504F;
  constexpr float ln2_high = 0.693359375F, ln2_low = -2.12194440e-4F;  // high has 9 bits: n * high is exact
  constexpr float shift = 12582912.0F;  // 1.5 * 2^23: adding it rounds to integers
  const float shifted = x * log2_e + shift;
  const float n = shifted - shift;
  const float r = (x - n * ln2_high) - n * ln2_low;  // |r| <= ln(2) / 2
  float p = 1.3814598591728314e-3F;                  // (e^r - 1 - r) / r^2, relative error of e^r 3e-9
  p = p * r + 8.368716966516514e-3F;
  p = p * r + 4.1668388052827264e-2F;
  p = p * r + 1.6666520630984246e-1F;
  p = p * r + 4.9999993447745417e-1F;
  // 2^n by its exponent bits; n = 128 gives infinity.
  const float power = std::bit_cast<float>((std::bit_cast<std::uint32_t>(shifted) + 127U) << 23U);
  return {p * (r * r) + r, power};
}
/// x, but where e^x would leave the normal numbers; NaN passes through the comparisons.
inline float bounded_exponent(float x) {
  constexpr float smallest = -87.33654F, largest = 88.5F;
  const float y = x < smallest ? smallest : x;
  return y > largest ? largest : y;
}

/// e^x, relative error below 2e-7 from -87.33 (the smallest normal result) to 88.37; below 0, above infinity.
inline float vexp(float x) {
  const Exponential e = exponential(bounded_exponent(x));
  const float result = (e.excess + 1.0F) * e.power;
  return x < -87.33654F ? 0.0F : result;
}
inline double vexp(double x) { return std::exp(x); }

/// e^x - 1 for x <= 0, relative error below 3e-7.
inline float vexpm1(float x) {
  const Exponential e = exponential(bounded_exponent(x));
  return e.excess * e.power + (e.power - 1.0F);
}
inline double vexpm1(double x) { return std::expm1(x); }

/// Relative error below 5e-7.
inline float vtanh(float x) {
  const float t = vexpm1(-2.0F * std::abs(x));
  return std::copysign(t / (t + 2.0F), x);
}
inline double vtanh(double x) { return std::tanh(x); }

/// 2^x for x <= 0, what softmax needs: two thirds of vexp's work, as the fraction is exact. Relative error
/// below 2e-7; 0 below -126.
inline float vexp2(float x) {
  constexpr float smallest = -126.0F, shift = 12582912.0F;  // 1.5 * 2^23: adding it rounds to integers
  const float y = x < smallest ? smallest : x;              // NaN passes through
  const float shifted = y + shift;
  const float f = y - (shifted - shift);  // |f| <= 1 / 2
  float p = 1.326464582e-3F;              // (2^f - 1) / f, relative error of 2^f 9.2e-8
  p = p * f + 9.671576321e-3F;
  p = p * f + 5.550734699e-2F;
  p = p * f + 2.402224094e-1F;
  p = p * f + 6.931470037e-1F;
  p = p * f + 1.0F;
  const float power = std::bit_cast<float>((std::bit_cast<std::uint32_t>(shifted) + 127U) << 23U);
  const float result = p * power;
  return x < smallest ? 0.0F : result;
}
inline double vexp2(double x) { return std::exp2(x); }

/// 1 / (1 + e^-x).
template <class T>
T vsigmoid(T x) {
  return T(1) / (T(1) + vexp(-x));
}

/// The standard normal distribution at x: cumulative(x) = (1 + erf(x / sqrt 2)) / 2 and its density.
template <class T>
struct Normal {
  T cumulative, density;
};

/// Absolute error of `cumulative` below 1e-7; in the lower tail, relative error below 8e-6. The upper tail is
/// e^(-x^2 / 2) P(s) with s = 0.35 |x| / (1 + 0.35 |x|): Abramowitz & Stegun 7.1.26 turned round (their
/// variable is 1 - s, which loses digits about 0), with a longer polynomial.
inline Normal<float> normal(float x) {
  constexpr float farthest = 1e30F;  // infinity over infinity would be NaN
  const float distance = 0.35F * std::abs(x), stretched = distance > farthest ? farthest : distance;
  const float e = vexp(-0.5F * x * x);
  const float s = stretched / (1.0F + stretched);
  float p = 2.738352588e-02F;
  p = p * s - 1.114988395e-01F;
  p = p * s + 1.420224686e-01F;
  p = p * s - 3.792024580e-02F;
  p = p * s + 4.277776902e-02F;
  p = p * s - 1.651243775e-01F;
  p = p * s - 1.587177305e-01F;
  p = p * s + 9.009079843e-01F;
  p = p * s - 1.139833325e+00F;
  const float tail = e * (p * s + 0.5F);
  return {x < 0.0F ? tail : 1.0F - tail, e * 0.39894228F};
}
inline Normal<double> normal(double x) {
  return {0.5 * std::erfc(-x * 0.70710678118654752440), std::exp(-0.5 * x * x) * 0.39894228040143267794};
}

}  // namespace orochi::kernels
