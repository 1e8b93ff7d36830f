"""Pages of documents: a jailed child process turns untrusted bytes into pixels and words."""
