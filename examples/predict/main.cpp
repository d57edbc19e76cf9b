// usage: predict CHECKPOINT TEXT...
// Eight threads ask one model at a time. A model of numeric rows takes lists of numbers, a row after another:
// 0.5,1,0.25
#include <iostream>
#include <sstream>
#include <thread>

#include <orochi/orochi.hpp>

int main(int argc, char** argv) try {
  const orochi::Model model = orochi::Model::load(argc > 1 ? argv[1] : "best.h5");
  std::vector<std::string> answers(argc > 2 ? argc - 2 : 0);
  std::vector<std::jthread> threads;
  for (std::size_t t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      for (std::size_t i = t; i < answers.size(); i += 8) {
        const std::string text = argv[i + 2];
        std::vector<float> rows;  // [T, channels]
        std::istringstream numbers(text);
        for (std::string number; model.preprocessing.channels > 0 && std::getline(numbers, number, ',');)
          rows.push_back(std::stof(number));
        answers[i] = (rows.empty() ? model.predict(text) : model.predict(rows)).text();
      }
    });
  threads.clear();  // joins them
  for (const std::string& answer : answers) std::cout << answer << '\n';
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
