/* usage: c_api CHECKPOINT TEXT...
 * Four threads ask one model at a time, each about all texts; thread 0's answers are printed: as `orochi
 * predict` prints them, then the greatest score. A model of numbers takes lists of them, a row after another:
 * 0.5,1,0.25 */
#include <orochi.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { num_threads = 4 };

struct question {
  const orochi_model* model;
  const char* const* texts;
  size_t n;
  orochi_predictions* answers; /* NULL where that failed */
  char error[1000];            /* why: another thread does not see this one's last error */
};

/* The numbers of one text, a row each, as the one sequence to ask about. */
static orochi_predictions* ask_about_rows(const orochi_model* model, const char* text) {
  float values[1000];
  size_t count = 0;
  for (char* rest = (char*)text; *rest != '\0' && count < 1000; rest += *rest == ',')
    values[count++] = strtof(rest, &rest);
  const size_t length = count / orochi_num_channels(model);
  return orochi_predict_rows(model, values, &length, 1, 1);
}

static void* ask(void* data) {
  struct question* question = data;
  if (orochi_num_channels(question->model) == 1 && question->n == 1)
    question->answers = ask_about_rows(question->model, question->texts[0]);
  else
    question->answers = orochi_predict_texts(question->model, question->texts, question->n, 1);
  if (question->answers == NULL) snprintf(question->error, sizeof question->error, "%s", orochi_last_error());
  return NULL;
}

static void print(const struct question* question) {
  for (size_t i = 0; i < question->n; ++i) {
    size_t count = 0, best = 0;
    const double* scores = orochi_prediction_scores(question->answers, i, &count);
    printf("%s", orochi_prediction_text(question->answers, i));
    for (size_t k = 1; k < count; ++k)
      if (scores[k] > scores[best]) best = k;
    if (count > 0)
      printf("\t%s\t%f", orochi_score_name(question->model, best % orochi_num_scores(question->model)),
             scores[best]);
    printf("\n");
  }
}

int main(int argc, char** argv) {
  if (orochi_api_version() != OROCHI_API_VERSION) {
    fprintf(stderr, "built for version %d of the functions, the library has %d\n", OROCHI_API_VERSION,
            orochi_api_version());
    return 1;
  }
  orochi_model* model = orochi_load(argc > 1 ? argv[1] : "best.h5");
  if (model == NULL) {
    fprintf(stderr, "%s\n", orochi_last_error());
    return 1;
  }
  struct question questions[num_threads];
  pthread_t threads[num_threads];
  int status = 0;
  for (int t = 0; t < num_threads; ++t) {
    questions[t] =
        (struct question){model, (const char* const*)argv + 2, argc > 2 ? (size_t)argc - 2 : 0, NULL, ""};
    if (pthread_create(&threads[t], NULL, ask, &questions[t]) != 0) return 1;
  }
  for (int t = 0; t < num_threads; ++t) pthread_join(threads[t], NULL);
  for (int t = 0; t < num_threads; ++t) {
    for (size_t i = 0; questions[t].answers != NULL && questions[0].answers != NULL && i < questions[t].n;
         ++i)
      if (strcmp(orochi_prediction_text(questions[t].answers, i),
                 orochi_prediction_text(questions[0].answers, i)) != 0)
        status = 1;
    if (questions[t].answers == NULL) {
      fprintf(stderr, "%s\n", questions[t].error);
      status = 1;
    }
  }
  if (status == 0) print(&questions[0]);
  for (int t = 0; t < num_threads; ++t) orochi_predictions_free(questions[t].answers);
  orochi_free(model);
  return status;
}
