// The kernels as they are compiled for one level of instructions, one pointer each.
#pragma once

#include "core/kernels/attention.hpp"
#include "core/kernels/bf16.hpp"
#include "core/kernels/kernels.hpp"
#include "core/kernels/panels.hpp"
#include "core/kernels/rotary.hpp"
#include "core/kernels/row_sum.hpp"

namespace orochi::kernels {

struct LevelTable {
  decltype(kernels::gemm_nt)* gemm_nt;
  decltype(kernels::gemm_nn)* gemm_nn;
  decltype(kernels::gemm_tn)* gemm_tn;
  decltype(kernels::packed_size)* packed_size;
  decltype(kernels::panel_columns)* panel_columns;
  decltype(kernels::pack_panels)* pack_panels;
  decltype(kernels::pack_panel)* pack_panel;
  decltype(kernels::multiply_panels)* multiply_panels;
  decltype(kernels::multiply_rows)* multiply_rows;
  decltype(kernels::multiply_transposed)* multiply_transposed;
  decltype(kernels::bf16_available)* bf16_available;
  decltype(kernels::to_bf16_rows)* to_bf16_rows;
  decltype(kernels::to_bf16_panels)* to_bf16_panels;
  decltype(kernels::to_bf16_panel_transposed)* to_bf16_panel_transposed;
  decltype(kernels::multiply_bf16)* multiply_bf16;
  decltype(kernels::multiply_bf16_transposed)* multiply_bf16_transposed;
  decltype(kernels::attention_scratch)* attention_scratch;
  decltype(kernels::attention_forward)* attention_forward;
  decltype(kernels::attention_map)* attention_map;
  decltype(kernels::attention_backward)* attention_backward;
  decltype(kernels::rotary_size)* rotary_size;
  decltype(kernels::rotary_table)* rotary_table;
  decltype(kernels::rotate)* rotate;
  decltype(kernels::sum_rows_at)* sum_rows_at;
  decltype(kernels::column_sums)* column_sums;
  decltype(kernels::scaled_column_sums)* scaled_column_sums;
  decltype(kernels::weighted_column_sums)* weighted_column_sums;
  const Elementwise *relu, *gelu, *gelu_tanh, *silu, *exp, *sigmoid, *tanh, *elu;
  decltype(kernels::multiply)* multiply;
  decltype(kernels::add)* add;
  decltype(kernels::combine)* combine;
  decltype(kernels::combine_backward_first)* combine_backward_first;
  decltype(kernels::combine_backward_second)* combine_backward_second;
  decltype(kernels::row_sums)* row_sums;
  decltype(kernels::softmax_rows)* softmax_rows;
  decltype(kernels::softmax_rows_backward)* softmax_rows_backward;
  decltype(kernels::exponentials)* exponentials;
  decltype(kernels::sum_of_exponentials)* sum_of_exponentials;
  decltype(kernels::sum_below)* sum_below;
  decltype(kernels::scale_and_shift)* scale_and_shift;
  decltype(kernels::layer_norm)* layer_norm;
  decltype(kernels::layer_norm_backward)* layer_norm_backward;
  decltype(kernels::rms_norm)* rms_norm;
  decltype(kernels::rms_norm_backward)* rms_norm_backward;
  decltype(kernels::dropout_factors)* dropout_factors;
  decltype(kernels::philox)* philox;
  decltype(kernels::add_scaled)* add_scaled;
  decltype(kernels::sum_of_squares)* sum_of_squares;
  decltype(kernels::adam_update)* adam_update;
  decltype(kernels::sgd_update)* sgd_update;
  decltype(kernels::peak_flops)* peak_flops;
};

}  // namespace orochi::kernels
