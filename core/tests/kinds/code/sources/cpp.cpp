#include <string>
#include <vector>

namespace jobs {

template <typename T>
T largest(const std::vector<T>& values) {
  T found = values.front();
  for (const auto& value : values) {
    if (value > found) found = value;
  }
  return found;
}

class Queue {
 public:
  explicit Queue(std::size_t limit) : limit_(limit) {}

  int push(int job) {
    if (jobs_.size() >= limit_) {
      throw std::runtime_error("left_to_do: full }");
    }
    jobs_.push_back(job);
    for (auto& listener : listeners_) {
      listener(job);
    }
    auto left_to_do = jobs_.size();
    return static_cast<int>(left_to_do);
  }

  std::vector<int> drain();

 private:
  std::size_t limit_;
  std::vector<int> jobs_;
};

std::vector<int> Queue::drain() {
  std::vector<int> drained;
  std::swap(drained, jobs_);
  for (int job : drained) {
    history_.push_back(job * 2);
  }
  return drained;
}

}  // namespace jobs
