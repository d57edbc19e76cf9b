// Parameters: one flat buffer with named views, read-only during a step; gradients of the same layout.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <orochi/matrix.hpp>

#pragma GCC visibility push(default)
namespace orochi {

/// How a parameter starts. `scale` is the deviation of normal, and unused elsewhere.
struct Init {
  enum class Kind { zeros, ones, normal, xavier_uniform } kind = Kind::zeros;
  double scale = 0;

  static Init zeros() { return {Kind::zeros, 0}; }
  static Init ones() { return {Kind::ones, 0}; }
  /// N(0, deviation^2).
  static Init normal(double deviation) { return {Kind::normal, deviation}; }
  /// U(-a, a), a = sqrt(6 / (rows + cols)) of each name by itself (Glorot & Bengio 2010).
  static Init xavier_uniform() { return {Kind::xavier_uniform, 0}; }
};

/// What a parameter is for: which ones decay, are packed and have sparse gradients follows from it.
enum class Use {
  product,  // a matrix of products: its weights decay
  vector,   // biases and norms
  table,    // rows that are looked up or added
  lookup    // the same, where a step touches few rows: only those have a gradient
};

/// A handle that layers keep. A fused parameter has several names for consecutive rows.
struct Parameter {
  Index id = -1;
  Index rows = 0, cols = 0;
};

/// One name of the flat buffer: what checkpoints, `inspect` and imports see.
struct ParameterView {
  std::string name;          // encoder.0.attention.query.weight
  std::vector<Index> shape;  // [out, in] or [n]
  Index parameter = 0;       // id of the handle it is part of
  Index offset = 0;          // in scalars, into the flat buffer
  Index size = 0;
  Init init;
  double rate = 1;  // times the learning rate; 0: frozen
};

/// More numbers than any machine here holds: an error, or sizes that somebody made up.
inline constexpr Index most_parameters = Index{1} << 40;

/// Whether a checkpoint can have it: parts of letters, digits, "_" and "-", joined by dots.
bool is_tensor_name(std::string_view name);

/// The flat buffer. Built once: add everything, then `allocate`.
class Parameters {
 public:
  /// It takes at most `most` numbers.
  explicit Parameters(Index most = most_parameters);
  /// One that only counts what is added: it has no bound, keeps nothing, and is not to be allocated.
  struct CountOnly {};
  explicit Parameters(CountOnly);
  ~Parameters();
  Parameters(const Parameters&) = delete;
  Parameters& operator=(const Parameters&) = delete;

  /// `shape` is that of one name; the names are one after another in memory. A second use of a name throws,
  /// and so does (a usage_error) what would be too many numbers: before anything is allocated.
  Parameter add(std::span<const std::string> names, std::vector<Index> shape, Init init, Use use);
  /// Lays everything out (each handle on a 64-byte boundary, lookups last) and sets it to 0.
  void allocate();
  /// Draws every initial value, counted from (seed, index of the name, element).
  void initialize(std::uint64_t seed);

  Index size() const { return size_; }              // scalars in the buffer, gaps included
  Index dense_size() const { return dense_size_; }  // those before the first lookup
  Index count() const;                              // trainable numbers, gaps not included
  double added() const { return added_; }           // the same, in double, so that nothing overflows
  /// Who asks for numbers to write counts as having changed them.
  Scalar* data() {
    version_.fetch_add(1, std::memory_order_relaxed);
    return data_;
  }
  const Scalar* data() const { return data_; }
  std::span<Scalar> flat() { return {data(), static_cast<std::size_t>(size_)}; }
  std::span<const Scalar> flat() const { return {data_, static_cast<std::size_t>(size_)}; }
  ConstMatrixMap value(Parameter p) const;  // [rows, cols]
  /// The handle with this name; id -1 where there is none.
  Parameter find(std::string_view name) const;
  /// Another one after each change.
  std::uint64_t version() const { return version_.load(std::memory_order_relaxed); }
  /// Where its numbers begin, in scalars.
  Index offset(Parameter p) const { return entry(p.id).offset; }
  std::span<const ParameterView> views() const { return views_; }

  /// How each view is trained: at its rate times the learning rate. With 0 it is frozen: it does not change,
  /// and no gradient of it is kept. Names of one handle that are not frozen share one rate.
  void set_rates(std::span<const double> by_view);
  bool has_frozen() const { return has_frozen_; }

  /// Where a handle is, and what its gradient is like.
  struct Entry {
    Index offset = 0, size = 0, cols = 0;
    Use use = Use::product;
    double rate = 1;                                      // 0: all of its names are frozen
    bool is_dense() const { return use != Use::lookup; }  // its gradient
  };
  std::span<const Entry> entries() const { return entries_; }  // by handle id
  /// Of Parameter::id.
  const Entry& entry(Index id) const { return entries_[static_cast<std::size_t>(id)]; }

 private:
  std::vector<Entry> entries_;
  std::vector<ParameterView> views_;
  std::set<std::string> names_;
  Scalar* data_ = nullptr;
  Index size_ = 0, dense_size_ = 0;
  Index room_ = 0;  // numbers that may still be added
  double added_ = 0;
  bool only_counts_ = false, has_frozen_ = false;
  std::atomic<std::uint64_t> version_{0};
};

/// Where a gradient goes: the first write assigns, later ones add.
struct GradientTarget {
  Scalar* data;
  bool accumulate;
};

/// Room for the dense gradients of `count` shards. The one that was given back last is taken first, and
/// nothing is touched before: room that is never in use takes no memory.
class GradientMemory {
 public:
  GradientMemory(Index size, Index count);
  ~GradientMemory();
  GradientMemory(const GradientMemory&) = delete;
  GradientMemory& operator=(const GradientMemory&) = delete;
  Scalar* take();  // [size], by any thread
  void give(Scalar* dense);

 private:
  std::mutex mutex_;  // guards `free_`
  std::vector<Scalar*> free_;
};

/// The gradients of one shard.
class Gradients {
 public:
  explicit Gradients(const Parameters& parameters);
  /// With dense gradients in `memory`, where the first one that is asked for takes room.
  Gradients(const Parameters& parameters, std::shared_ptr<GradientMemory> memory);
  ~Gradients();
  Gradients(const Gradients&) = delete;
  Gradients& operator=(const Gradients&) = delete;

  void clear();       // nothing is zeroed: everything counts as unwritten, and the room is given back
  void clear_rows();  // what add_rows has taken, all of it
  /// Adds another shard's dense gradients, which count as unwritten from then on.
  void take_dense(Gradients& other);
  /// [rows, cols] of a dense parameter; of a frozen one a place to write to that nothing reads.
  GradientTarget target(Parameter p);
  /// d parameter[ids[i]] += rows[i] for a parameter of kind `rows`; rows [ids.size(), cols] is copied.
  void add_rows(Parameter p, std::span<const std::int32_t> ids, const Scalar* rows);

  /// Rows of a lookup in the order of add_rows; an id may be there several times.
  struct RowList {
    std::vector<std::int32_t> ids;  // [n]
    std::vector<Scalar> rows;       // [n, cols]
  };
  /// Whether target() was asked for this parameter since `clear`: else its gradient is 0 and its memory not
  /// set.
  bool written(Index id) const { return written_[static_cast<std::size_t>(id)] != 0; }
  Scalar* dense();
  /// Of a lookup; empty of others.
  const RowList& rows(Index id) const { return rows_[static_cast<std::size_t>(id)]; }

 private:
  void give_back();

  const Parameters& parameters_;
  std::shared_ptr<GradientMemory> memory_;
  Scalar* dense_ = nullptr;            // [dense_size], null: no room is taken
  std::vector<std::uint8_t> written_;  // by handle id
  std::vector<RowList> rows_;          // by handle id, empty for dense ones
};

/// A piece of the flat buffer that one worker reduces: part of one parameter.
struct ParameterRange {
  Index id, begin, end;  // scalars within the parameter
};
/// Cuts all parameters that are not frozen into pieces of at most `length` scalars (whole rows for `rows`
/// parameters).
std::vector<ParameterRange> parameter_ranges(const Parameters& parameters, Index length);

/// The sum of the shards' gradients, range by range; ranges may be worked on side by side.
class GradientSum {
 public:
  GradientSum(const Parameters& parameters, std::vector<Gradients*> shards);

  /// Between the micro-batches of an update, so that embeddings take the memory of one of them and of the ids
  /// that occurred: adds what the shards have listed to one row an id, and empties the lists. `begin_merge`,
  /// `merge` of each range once, `end_merge`.
  void begin_merge();
  void merge(const ParameterRange& range);  // several at once
  void end_merge();
  /// Before the first micro-batch of an update: nothing is merged yet.
  void clear();

  /// Once an update, before the ranges: finds out which shard has which row of an embedding.
  void begin();
  /// Adds the shards' gradients of a range into the first shard's, in a fixed tree: shard i gets shard i + 1,
  /// then i + 2, ... The order depends on the number of shards alone. Returns the sum of squares. Once a step
  /// and range.
  double reduce(const ParameterRange& range, Scalar* scratch);
  /// The reduced gradient of a range [end - begin]: in a shard's memory or, for embeddings, made in `scratch`
  /// [end - begin]: what was merged, then rows shard after shard, in each shard's order. An id's rows are
  /// summed in double, since a frequent token has more of them than a float counts.
  const Scalar* gradient(const ParameterRange& range, Scalar* scratch) const;
  /// All of the above, laid out as the parameters are: for checks of gradients.
  std::vector<Scalar> flat();

 private:
  /// A `rows` parameter's listed rows, sorted by id; those of one id in the order in which they are added.
  struct SortedRows {
    std::vector<Index> starts;           // [rows + 1]: where each id's sources start
    std::vector<const Scalar*> sources;  // [n]
  };
  /// One row for each id that an earlier micro-batch of the update had.
  struct MergedRows {
    std::vector<std::int32_t> slots;  // [rows]: an id's row in `sums`, -1: none; empty before the first merge
    std::vector<std::int32_t> ids;    // [n], by slot
    std::vector<Scalar> sums;         // [n, cols]
  };
  void sort_rows(Index id);
  void add_slots(Index id);
  std::span<const Scalar* const> sources(Index id, Index row) const;
  const Scalar* merged(Index id, Index row) const;  // nullptr: none

  const Parameters& parameters_;
  std::vector<Gradients*> shards_;
  std::vector<SortedRows> sorted_;  // by handle id, empty for dense ones
  std::vector<MergedRows> merged_;  // likewise
};

}  // namespace orochi
#pragma GCC visibility pop
