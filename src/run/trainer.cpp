#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "core/as_size.hpp"
#include "core/choices.hpp"
#include "core/kernels/kernels.hpp"
#include "data/file_errors.hpp"
#include "inference/model_file.hpp"
#include "run/machine_memory.hpp"
#include "run/memory_estimate.hpp"
#include "run/ranks.hpp"
#include "run/resume_point.hpp"
#include "run/several_runs.hpp"
#include "run/start.hpp"
#include "run/training_run.hpp"
#include "statistics/paired.hpp"
#include "train/rates.hpp"
#include "train/shards.hpp"

namespace orochi {

Trainer::Trainer(const TrainRequest& request, const Extensions& extensions, TrainObserver& observer)
    : request_(request),
      observer_(observer),
      setup_(prepare_run(request, extensions)),
      threads_(request.threads > 0 ? request.threads : available_threads()),
      run_data_(load_run_data(setup_, request, extensions)),
      data_(run_data_.loaded),
      model_(setup_.config, data_.preprocessing, std::move(run_data_.task), extensions),
      config_(model_.config),
      task_(*model_.task),
      measured_{task_.score_name(), model_.metrics},
      monitored_(monitored_metric(measured_.metrics, config_.train.monitor)),
      word_vectors_(request.resume ? WordVectors() : read_word_vectors(setup_, model_)),
      folder_(open_folder(extensions)),
      loop_(*model_.classifier, task_, data_.train, config_.train, extensions, threads_, request.ranks),
      warmup_(warmup_steps(config_.train, loop_.total_steps())),
      progress_(loop_.progress),
      // in fp32, as evaluate and predict: a model's figures do not depend on the machine that trained it
      inference_(*model_.classifier, config_.train.kernels, threads_,
                 precision_choice.is(config_.train.precision, Precision::fp32) ? loop_.stepper().packed()
                                                                               : nullptr) {
  config_.data = rebase_paths(config_.data, extensions.tokenizers, setup_.data_folder, folder_.path());
  if (!setup_.start.empty()) config_.train.from = start_name;
  if (!setup_.encoder.empty()) config_.model.init_from = start_name;
  model_.validation_checksum = run_data_.validation_checksum;
}

TrainResult Trainer::run() {
  for (const std::string& note : setup_.notes) observer_.note(note);
  for (const std::string& note : data_.notes) observer_.note(note);
  model_.classifier->parameters().initialize(config_.train.seed);
  if (run_data_.start) start();
  if (request_.resume) resume();
  if (request_.resume && progress_.step == 0) word_vectors_ = read_word_vectors(setup_, model_);
  if (!word_vectors_.ids.empty()) observer_.note(take_word_vectors(word_vectors_, data_.train, model_));
  word_vectors_ = {};
  if (!request_.resume || progress_.step == 0) fit_before();
  RunFacts facts{kernels::engine_name(kernels::choose_engine(config_.train.kernels.c_str())),
                 threads_,
                 request_.command,
                 {{"train", run_data_.train_checksum}}};
  if (request_.ranks != nullptr) facts.ranks = request_.ranks->size();
  if (validated()) facts.checksums.emplace_back("validation", run_data_.validation_checksum);
  if (data_.test.size() > 0) facts.checksums.emplace_back("test", checksum(data_.test));
  folder_.write_environment(facts);
  folder_.write_config(write_config(config_));
  folder_.start_metrics(progress_.epoch);
  observer_.start(measured_, progress_.step, loop_.total_steps());
  note_oddities();
  const Clock::time_point start = Clock::now();
  lead(request_, setup_, run_data_);
  loop();
  if (request_.ranks != nullptr) loop_.dismiss();
  return finish(seconds_since(start));
}

void Trainer::note_oddities() {
  const Parameters& parameters = model_.classifier->parameters();
  if (!config_.train.freeze.empty())
    observer_.note(fmt::format("{} of {} parameters are trained: train.freeze holds the others",
                               grouped(trained_count(parameters)), grouped(parameters.count())));
  if (const double bytes = kept_frozen_bytes(*model_.classifier, task_, data_.train); bytes > 0)
    observer_.note(fmt::format("{} and all before {} frozen: computed once for the training data, {}",
                               counted(frozen_blocks(*model_.classifier), "block"),
                               frozen_blocks(*model_.classifier) == 1 ? "it is" : "them are",
                               memory_text(bytes)));
  if (const std::string name = trained_before_frozen(*model_.classifier);
      parameters.has_frozen() && !name.empty())
    observer_.note(
        fmt::format("encoder.0 is frozen, but {} before it is trained: the frozen blocks go forward and "
                    "backward in every step; if you do not mean that, freeze it, too",
                    name));
  if (warmup_ >= loop_.total_steps())
    observer_.note(
        fmt::format("train.warmup_steps is {}, but the run has {}: the learning rate never comes to {}",
                    config_.train.warmup_steps, counted(static_cast<Index>(loop_.total_steps()), "step"),
                    config_.train.learning_rate));
  else if (10 * warmup_ > loop_.total_steps() + 9)
    observer_.note(
        fmt::format("the learning rate rises over {} of the run's {} steps, more than a tenth: until then it "
                    "trains little; "
                    "train.warmup_ratio = 0.1 takes a tenth of any run",
                    warmup_, loop_.total_steps()));
  if (precision_choice.is(config_.train.precision, Precision::bf16))
    if (const std::string note = precision_note(parameters, config_.model); !note.empty())
      observer_.note(note);
  if (reached_max_steps())
    observer_.note(fmt::format("the run is at step {} already: --max-steps {} leaves nothing to do",
                               progress_.step, request_.max_steps));
}

void Trainer::loop() {
  try {
    while (!finished() && !left_off()) train_epoch();
    if (!finished() && progress_.step == 0) save_last();  // so that there is something to resume from
  } catch (const Error& error) {  // what waits was written before that: it is tried a last time, too
    const std::string unwritten = folder_.retry().all();
    if (unwritten.empty()) throw;
    throw Error(error.code(), std::string(error.what()) + "\n" + unwritten + "; this was the last attempt");
  }
}

RunFolder Trainer::open_folder(const Extensions& extensions) const {
  with_location(
      setup_.config_path, request_.overrides, extensions,
      [this] { with_rates(*model_.classifier, config_.train); }, setup_.config_text);
  refuse_ranks(request_, setup_, model_.classifier->parameters());
  const MemoryEstimate estimate = estimate_memory(model_, data_, threads_);
  refuse_large_run(estimate, request_.max_memory);
  observer_.note(
      "memory: about " + memory_text(resident_memory() + estimate.total()) +
      (request_.ranks == nullptr ? "" : fmt::format(", on each of {} ranks", request_.ranks->size())));
  return RunFolder(setup_.folder, held_run(request_), measured_,
                   [this](const std::string& line) { observer_.note(line); });
}

void Trainer::resume() {
  const ResumePoint point = find_resume_point(folder_.path());
  if (!point.reader)
    return observer_.note(folder_.path() + " has no checkpoint yet: starting from the beginning");
  const CheckpointReader& reader = *point.reader;
  const CheckpointHeader& header = reader.header();
  refuse_other_data(header, this->header(), data_.train_path, folder_.file(point.name));
  Parameters& parameters = model_.classifier->parameters();
  const std::vector<TensorSlot> slots = tensor_slots(parameters);
  reader.read("parameters", slots, parameters.flat());
  std::vector<Scalar> numbers(as_size(parameters.size()));
  for (Updater::Moment& moment : loop_.updater().moments()) {
    reader.read(moment.path, slots, numbers);
    moment.set(numbers);
  }
  progress_ = header.progress;
  loop_.updater().updates = progress_.step - progress_.skipped_steps;
  const Index begun = static_cast<Index>(progress_.epoch) + (progress_.position > 0 ? 1 : 0);
  if (config_.train.epochs < begun)
    throw usage_error(fmt::format("train.epochs is {}, but {} is in epoch {}; give {} or more",
                                  config_.train.epochs, folder_.file(point.name), begun, begun));
  saved_step_ = static_cast<std::int64_t>(progress_.step);
  for (const ConfigChange& change : setup_.changes)
    observer_.note(change.key + " changed: " + change.before + " -> " + change.after);
  if (!point.damage.empty())
    observer_.note(point.damage + "; kept as " + folder_.quarantine("last.h5", "damaged"));
  observer_.note("resumed " + folder_.path() + " at step " + std::to_string(progress_.step) +
                 (point.name == "last.h5" ? "" : ", from " + point.name));
  restore_best();
}

void Trainer::train_epoch() {
  loop_.begin_epoch();
  epoch_start_ = Clock::now();
  epoch_tokens_ = norm_count_ = 0;
  norm_sum_ = 0;
  const std::uint64_t every = static_cast<std::uint64_t>(config_.train.checkpoint_every_steps);
  while (!loop_.epoch_is_over()) {
    if (left_off()) return static_cast<std::int64_t>(progress_.step) == saved_step_ ? void() : save_last();
    take_step();
    if (every > 0 && progress_.step % every == 0) save_last();
  }
  end_epoch();
}

void Trainer::take_step() {
  const Clock::time_point start = Clock::now();
  const Loop::Step step = loop_.step();
  if (!step.has_updated()) return leave_out(step);
  norm_sum_ += step.norm;
  ++norm_count_;
  epoch_tokens_ += static_cast<std::uint64_t>(step.tokens);
  const double loss = step.sums.loss / step.sums.weight;
  guard_loss(loss);
  observer_.step(progress_.step, loss, static_cast<double>(step.tokens) / seconds_since(start));
}

EpochRecord Trainer::epoch_record(const Metrics& validation, bool has_validation) const {
  const double none = std::nan("");
  EpochRecord record;
  record.epoch = progress_.epoch + 1;
  record.step = progress_.step;
  record.learning_rate = loop_.last_rate();
  const bool trained = progress_.epoch_count > 0;  // else every step was left out
  const auto count = static_cast<double>(progress_.epoch_count);
  record.train_loss = trained ? progress_.epoch_loss_sum / progress_.epoch_weight_sum : none;
  record.train_score = trained ? progress_.epoch_score_sum / count : none;
  record.validation = has_validation ? values_of(validation, measured_.metrics)
                                     : std::vector<double>(measured_.metrics.size(), none);
  record.gradient_norm = norm_count_ == 0 ? none : norm_sum_ / static_cast<double>(norm_count_);
  return record;
}

void Trainer::end_epoch() {
  const double seconds = seconds_since(epoch_start_);
  loop_.updater().exchange_average();
  const Evaluation evaluation = validated() ? validate() : Evaluation();
  const Metrics& validation = evaluation.metrics;
  const bool finite = std::isfinite(validation.loss);
  if (!finite)
    observer_.note(
        fmt::format("at step {}: the model's numbers overflow on the validation data: its loss is not a "
                    "finite number, and this epoch is no better than any other",
                    progress_.step));
  EpochRecord record = epoch_record(validation, validated() && finite);
  record.seconds = seconds;
  record.tokens_per_second = static_cast<double>(epoch_tokens_) / seconds;
  loop_.end_epoch();

  const MetricInfo& monitor = measured_.metrics[monitored_];
  const double value = validated() ? values_of(validation, measured_.metrics)[monitored_] : 0;
  const bool better =
      !validated() ||  // without validation the last is best
      (finite && (progress_.best_step < 0 || improves(monitor, value, progress_.best_metric)));
  // Of those that chance may have set apart the last: its steps were smaller, its average is of more of them.
  const double error = monitor.name == task_.score_name() ? standard_error(evaluation.scores) : 0,
               at_most = monitor.higher_is_better ? value + error : value - error;
  const bool best = better || (finite && !improves(monitor, progress_.best_metric, at_most));
  progress_.stale_epochs = better || progress_.step <= warmup_ ? 0 : progress_.stale_epochs + 1;
  if (better) progress_.best_metric = value;
  if (best) progress_.best_step = static_cast<std::int64_t>(progress_.step);
  loop_.updater().exchange_average();
  folder_.append_metrics(record);
  save_last();
  if (best) save_best();  // a run that ends here has what it takes in last.h5: see restore_best
  observer_.epoch(record, !validated() || !best ? Standing::behind : better ? Standing::best : Standing::tie);
  if (patience_over())
    observer_.note(
        fmt::format("stopping early: no better {} for {} epochs", monitor.name, progress_.stale_epochs));
}

void Trainer::save_last() {
  save("last.h5", folder_.file("last-1.h5"));
  saved_step_ = static_cast<std::int64_t>(progress_.step);
}

void Trainer::save_best() {
  loop_.updater().exchange_average();
  save("best.h5");
  loop_.updater().exchange_average();
}

CheckpointHeader Trainer::header() const {
  CheckpointHeader header = header_of(model_);
  header.train_checksum = run_data_.train_checksum;
  header.progress = progress_;
  return header;
}

void Trainer::save(const std::string& name, const std::string& keep_previous) {
  const Parameters& parameters = model_.classifier->parameters();
  std::vector<TensorGroup> groups{{"parameters", parameters.flat()}};
  std::vector<std::vector<Scalar>> rooms;  // of moments in bf16
  if (!keep_previous.empty())  // a run goes on from last.h5 only: best.h5 is a third as large without moments
    for (const Updater::Moment& moment : loop_.updater().moments())
      groups.push_back({moment.path, moment.numbers(rooms.emplace_back())});
  for (const TensorGroup& group : groups)
    if (const auto broken = broken_tensors(parameters, group.values); !broken.empty())
      diverged(fmt::format("at step {}: {} of {} is not finite after the update", progress_.step,
                           broken.front(), group.path),
               fmt::format("lower train.learning_rate ({})", config_.train.learning_rate));
  write_checkpoint(folder_.file(name), header(), tensor_slots(parameters), groups, keep_previous,
                   [this](const auto&... file) { folder_.save(file...); });
}

TrainResult train(const TrainRequest& request, const Extensions& extensions, TrainObserver& observer) {
  TrainResult result = Trainer(request, extensions, observer).run();
  return result.finished && result.refits ? refit(request, std::move(result), extensions, observer) : result;
}

}  // namespace orochi
