//! The extent status tree.
