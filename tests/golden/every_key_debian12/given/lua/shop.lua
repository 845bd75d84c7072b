core.register_action("shop", {"http-req", "http-res", "tcp-req", "tcp-res"}, function(txn, word) end, 1)
core.register_service("page", "http", function(applet) applet:start_response() end)
core.register_service("bytes", "tcp", function(applet) applet:send("bytes") end)
