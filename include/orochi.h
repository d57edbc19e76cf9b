/* Asks trained models from C and from whatever calls C. C99; link with liborochi.
 *
 * Every function may be called from any number of threads at once; a model is not changed by being asked.
 * Nothing is thrown out of them, and they end no process. What can fail returns NULL, and orochi_last_error
 * says why. Texts are UTF-8 and end with a NUL byte. */
#ifndef OROCHI_H
#define OROCHI_H

#include <stddef.h>

/* Goes up with each version of the library whose functions are not those of this header any more. */
#define OROCHI_API_VERSION 1

#pragma GCC visibility push(default)
#ifdef __cplusplus
extern "C" {
#endif

typedef struct orochi_model orochi_model;
typedef struct orochi_predictions orochi_predictions;

/* OROCHI_API_VERSION of the library that the program runs with, and the library's own version, "0.1.0". */
int orochi_api_version(void);
const char* orochi_version(void);

/* Why this thread's last call that returned NULL did so: what is wrong, where, what to do. Valid until this
 * thread's next such call; empty before the first. */
const char* orochi_last_error(void);

/* Reads a checkpoint, as `orochi train` writes them. NULL: it is none, or is damaged. */
orochi_model* orochi_load(const char* path);
/* Its predictions stay valid. NULL is allowed. */
void orochi_free(orochi_model* model);

/* What a sequence is: so many texts, or, where that is 0, rows of so many channels. */
size_t orochi_num_texts(const orochi_model* model);
size_t orochi_num_channels(const orochi_model* model);
/* K: how many scores an answer has, and what they are of (valid as long as the model; NULL for others). 0 for
 * tasks that predict numbers. */
size_t orochi_num_scores(const orochi_model* model);
const char* orochi_score_name(const orochi_model* model, size_t score);

/* Answers to n sequences, the same bits as those of `orochi predict`, on so many threads (0: all that the
 * process may use). A text is a line as `orochi predict` takes it: of several texts with tabs between; of
 * numbers "v,v,v:v,v,v", a part a channel. NULL: one of them is no sequence; the error counts them from 0. */
orochi_predictions* orochi_predict_texts(const orochi_model* model, const char* const* texts, size_t n,
                                         int threads);
/* The same of rows of numbers as they are in data files, NaN where one is missing: values [sum of lengths,
 * channels], one sequence after another, lengths [n] in rows. */
orochi_predictions* orochi_predict_rows(const orochi_model* model, const float* values, const size_t* lengths,
                                        size_t n, int threads);
/* NULL is allowed. */
void orochi_predictions_free(orochi_predictions* predictions);

/* Of answer i < n; all is valid as long as the predictions. NULL where there is no such answer. */
/* As `orochi predict` prints it: the label; several with commas; a label a row with blanks; numbers with
 * commas. */
const char* orochi_prediction_text(const orochi_predictions* predictions, size_t i);
/* Probabilities [items, K], where items are 1, or the rows of a task that labels rows. `count`, if not NULL,
 * becomes items x K. */
const double* orochi_prediction_scores(const orochi_predictions* predictions, size_t i, size_t* count);
/* The numbers of a task that predicts numbers. */
const double* orochi_prediction_values(const orochi_predictions* predictions, size_t i, size_t* count);

#ifdef __cplusplus
}
#endif
#pragma GCC visibility pop

#endif
