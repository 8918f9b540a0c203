//! The code of typical functions: how many instructions register caching inserts.
