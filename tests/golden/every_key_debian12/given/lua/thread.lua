core.register_fetches("thread", function(txn) return "1" end)
