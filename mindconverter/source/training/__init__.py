"""Steps of training: from backward passes to functions that are differentiated."""
