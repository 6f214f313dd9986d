-- Posts the chat completion that a judge worker sends for a short row; wrk then tells the endpoint's ceiling.
local file = assert(io.open(os.getenv("BENCH_REQUEST"), "r"))
wrk.body = file:read("a")
file:close()
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Accept"] = "application/json"
