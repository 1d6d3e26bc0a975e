// The yardstick of the throughput benchmark: cpp-httplib as it comes, a thread per connection,
// sending every body back. Usage: echo_server THREADS; prints one line like dynadeck's when it
// listens.
#include <httplib.h>
#include <netinet/tcp.h>

#include <cstdio>
#include <cstdlib>
#include <limits>

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 128;
  httplib::Server server;
  server.new_task_queue = [threads] { return new httplib::ThreadPool(threads); };
  server.set_tcp_nodelay(true);
  server.set_keep_alive_max_count(std::numeric_limits<size_t>::max());
  server.set_keep_alive_timeout(60);
  server.Post("/", [](const httplib::Request& request, httplib::Response& response) {
    response.set_content(request.body, "application/x-amz-json-1.0");
  });
  const int port = server.bind_to_any_port("127.0.0.1");
  if (port <= 0) return 1;
  std::printf("{\"event\":\"listening\",\"host\":\"127.0.0.1\",\"port\":%d}\n", port);
  std::fflush(stdout);
  return server.listen_after_bind() ? 0 : 1;
}
