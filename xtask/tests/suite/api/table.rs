//! Changes of a generated module, each with a consumer that compiled before.

/// One change.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) old: &'static str,
    pub(crate) new: &'static str,
    /// What compiles with the old module, which is `raw`; as demanding as it can be.
    pub(crate) consumer: &'static str,
    /// Whether it must fail with the new one.
    pub(crate) breaks: bool,
}

const fn breaks(name: &'static str, old: &'static str, new: &'static str, consumer: &'static str) -> Row {
    Row { name, old, new, consumer, breaks: true }
}

const fn keeps(name: &'static str, old: &'static str, new: &'static str, consumer: &'static str) -> Row {
    Row { name, old, new, consumer, breaks: false }
}

pub(crate) const ROWS: &[Row] = &[
    keeps(
        "a field more in an open record",
        "pub mod types { #[derive(Default)] #[non_exhaustive] pub struct Token { pub id: ::std::string::String } }",
        "pub mod types { #[derive(Default)] #[non_exhaustive] pub struct Token { pub id: ::std::string::String, \
         pub expiry: ::std::option::Option<i64> } }",
        "pub fn f(token: raw::types::Token) -> String { let raw::types::Token { id, .. } = token; id }
         pub fn g() -> raw::types::Token { let mut token = raw::types::Token::default(); token.id = String::new(); token }",
    ),
    breaks(
        "a field more in a closed record",
        "pub mod types { pub struct Token { pub id: String } }",
        "pub mod types { pub struct Token { pub id: String, pub expiry: Option<i64> } }",
        "pub fn f() -> raw::types::Token { raw::types::Token { id: String::new() } }",
    ),
    breaks(
        "a field less",
        "pub mod types { #[non_exhaustive] pub struct Token { pub id: String, pub expiry: Option<i64> } }",
        "pub mod types { #[non_exhaustive] pub struct Token { pub id: String } }",
        "pub fn f(token: &raw::types::Token) -> Option<i64> { token.expiry }",
    ),
    breaks(
        "a field of another type",
        "pub mod types { #[non_exhaustive] pub struct Token { pub expiry: Option<i64> } }",
        "pub mod types { #[non_exhaustive] pub struct Token { pub expiry: Option<String> } }",
        "pub fn f(token: &raw::types::Token) -> Option<i64> { token.expiry }",
    ),
    breaks(
        "a field that nobody may see any more",
        "pub mod types { #[non_exhaustive] pub struct Token { pub id: String } }",
        "pub mod types { #[non_exhaustive] pub struct Token { pub(crate) id: String } }",
        "pub fn f(token: &raw::types::Token) -> &str { &token.id }",
    ),
    keeps(
        "a field more that nobody may see, in an open record",
        "pub mod types { #[non_exhaustive] pub struct Token { pub id: String } }",
        "pub mod types { #[non_exhaustive] pub struct Token { pub id: String, rest: () } }",
        "pub fn f(token: raw::types::Token) -> String { let raw::types::Token { id, .. } = token; id }",
    ),
    breaks(
        "a field more that nobody may see, in a closed record",
        "pub mod types { pub struct Token { pub id: String } }",
        "pub mod types { pub struct Token { pub id: String, rest: () } }",
        "pub fn f(token: raw::types::Token) -> String { let raw::types::Token { id } = token; id }",
    ),
    breaks(
        "a record that is closed to its users",
        "pub mod types { pub struct Token { pub id: String } }",
        "pub mod types { #[non_exhaustive] pub struct Token { pub id: String } }",
        "pub fn f(token: raw::types::Token) -> String { let raw::types::Token { id } = token; id }",
    ),
    keeps(
        "a record that is opened to its users",
        "pub mod types { #[non_exhaustive] pub struct Token { pub id: String } }",
        "pub mod types { pub struct Token { pub id: String } }",
        "pub fn f(token: raw::types::Token) -> String { let raw::types::Token { id, .. } = token; id }",
    ),
    keeps(
        "a value more of an open enum",
        "pub mod types { #[non_exhaustive] pub enum Role { Reader, Unknown(String) } }",
        "pub mod types { #[non_exhaustive] pub enum Role { Reader, Writer, Unknown(String) } }",
        "pub fn f(role: raw::types::Role) -> bool {
             match role { raw::types::Role::Reader => true, raw::types::Role::Unknown(_) => false, _ => false }
         }",
    ),
    breaks(
        "a value more of a closed enum",
        "pub mod types { pub enum Role { Reader, Admin } }",
        "pub mod types { pub enum Role { Reader, Writer, Admin } }",
        "pub fn f(role: raw::types::Role) -> bool {
             match role { raw::types::Role::Reader => true, raw::types::Role::Admin => false }
         }",
    ),
    breaks(
        "a value less",
        "pub mod types { #[non_exhaustive] pub enum Role { Reader, Writer } }",
        "pub mod types { #[non_exhaustive] pub enum Role { Reader } }",
        "pub fn f() -> raw::types::Role { raw::types::Role::Writer }",
    ),
    breaks(
        "a value that holds something else",
        "pub mod types { #[non_exhaustive] pub enum Role { Unknown(String) } }",
        "pub mod types { #[non_exhaustive] pub enum Role { Unknown { value: String } } }",
        "pub fn f() -> raw::types::Role { raw::types::Role::Unknown(String::new()) }",
    ),
    breaks(
        "an enum that is closed to its users",
        "pub mod types { pub enum Role { Reader } }",
        "pub mod types { #[non_exhaustive] pub enum Role { Reader } }",
        "pub fn f(role: raw::types::Role) { match role { raw::types::Role::Reader => {} } }",
    ),
    breaks(
        "a record that is an enum",
        "pub mod types { #[non_exhaustive] pub struct Token { pub id: String } }",
        "pub mod types { #[non_exhaustive] pub enum Token { Id(String) } }",
        "pub fn f(token: &raw::types::Token) -> &str { &token.id }",
    ),
    breaks(
        "a trait less",
        "pub mod types { #[derive(Clone, Debug, Default)] #[non_exhaustive] pub struct Token { pub id: String } }",
        "pub mod types { #[derive(Clone, Debug)] #[non_exhaustive] pub struct Token { pub id: String } }",
        "pub fn f() -> raw::types::Token { Default::default() }",
    ),
    keeps(
        "a trait more",
        "pub mod types { #[derive(Clone)] #[non_exhaustive] pub struct Token { pub id: String } }",
        "pub mod types { #[derive(Clone, PartialEq)] #[non_exhaustive] pub struct Token { pub id: String } }",
        "pub fn f(token: &raw::types::Token) -> raw::types::Token { token.clone() }",
    ),
    keeps(
        "a trait by hand that was derived",
        "pub mod types { #[derive(Default)] #[non_exhaustive] pub struct Token { pub id: String } }",
        "pub mod types { #[non_exhaustive] pub struct Token { pub id: String }
         impl ::std::default::Default for Token { fn default() -> Self { Self { id: String::new() } } } }",
        "pub fn f() -> raw::types::Token { Default::default() }",
    ),
    breaks(
        "a conversion less",
        "pub mod types { #[non_exhaustive] pub enum Role { Reader, Unknown(String) }
         impl ::std::convert::From<&str> for Role { fn from(value: &str) -> Self { Self::Unknown(value.to_owned()) } } }",
        "pub mod types { #[non_exhaustive] pub enum Role { Reader, Unknown(String) }
         impl ::std::convert::From<::std::string::String> for Role {
             fn from(value: String) -> Self { Self::Unknown(value) } } }",
        "pub fn f() -> raw::types::Role { \"reader\".into() }",
    ),
    breaks(
        "an argument more in what makes a record",
        "pub mod types { #[non_exhaustive] pub struct Input { pub name: String }
         impl Input { pub fn new(name: impl Into<String>) -> Self { Self { name: name.into() } } } }",
        "pub mod types { #[non_exhaustive] pub struct Input { pub name: String, pub days: i64 }
         impl Input { pub fn new(days: i64, name: impl Into<String>) -> Self { Self { name: name.into(), days } } } }",
        "pub fn f() -> raw::types::Input { raw::types::Input::new(\"ci\") }",
    ),
    breaks(
        "a narrower argument",
        "pub mod types { #[non_exhaustive] pub struct Input { pub name: String }
         impl Input { pub fn new(name: impl Into<String>) -> Self { Self { name: name.into() } } } }",
        "pub mod types { #[non_exhaustive] pub struct Input { pub name: String }
         impl Input { pub fn new(name: String) -> Self { Self { name } } } }",
        "pub fn f() -> raw::types::Input { raw::types::Input::new(\"ci\") }",
    ),
    keeps(
        "an operation more",
        "pub struct Client { inner: () } impl Client { pub async fn list<'a>(&'a self) {} }",
        "pub struct Client { inner: () } impl Client { pub async fn list<'a>(&'a self) {}
         pub async fn get<'a>(&'a self, id: &'a str) {} }",
        "pub async fn f(client: &raw::Client) { client.list().await }",
    ),
    breaks(
        "an operation less",
        "pub struct Client { inner: () } impl Client { pub async fn list<'a>(&'a self) {} }",
        "pub struct Client { inner: () } impl Client { pub(crate) async fn list<'a>(&'a self) {} }",
        "pub async fn f(client: &raw::Client) { client.list().await }",
    ),
    breaks(
        "an operation with a query that had none",
        "pub mod types {} pub struct Client { inner: () } impl Client { pub async fn list<'a>(&'a self, org: &'a str) {} }",
        "pub mod types { #[derive(Default)] #[non_exhaustive] pub struct ListQuery { pub limit: Option<i64> } }
         pub struct Client { inner: () }
         impl Client { pub async fn list<'a>(&'a self, org: &'a str, query: &'a types::ListQuery) {} }",
        "pub async fn f(client: &raw::Client) { client.list(\"org\").await }",
    ),
    breaks(
        "an operation with an argument less",
        "pub struct Client { inner: () } impl Client { pub async fn get<'a>(&'a self, org: &'a str, id: &'a str) {} }",
        "pub struct Client { inner: () } impl Client { pub async fn get<'a>(&'a self, id: &'a str) {} }",
        "pub async fn f(client: &raw::Client) { client.get(\"org\", \"id\").await }",
    ),
    breaks(
        "an operation with other arguments",
        "pub struct Client { inner: () } impl Client { pub async fn get<'a>(&'a self, id: &'a str, page: i64) {} }",
        "pub struct Client { inner: () } impl Client { pub async fn get<'a>(&'a self, page: i64, id: &'a str) {} }",
        "pub async fn f(client: &raw::Client) { client.get(\"id\", 1).await }",
    ),
    breaks(
        "an operation with another answer",
        "pub struct Client { inner: () } impl Client { pub async fn delete<'a>(&'a self) -> Result<(), ()> { Ok(()) } }",
        "pub struct Client { inner: () } impl Client { pub async fn delete<'a>(&'a self) -> Result<String, ()> { Err(()) } }",
        "pub async fn f(client: &raw::Client) -> Result<(), ()> { client.delete().await }",
    ),
    breaks(
        "an operation that does not wait",
        "pub struct Client { inner: () } impl Client { pub async fn list(&self) {} }",
        "pub struct Client { inner: () } impl Client { pub fn list(&self) {} }",
        "pub async fn f(client: &raw::Client) { client.list().await }",
    ),
    breaks(
        "an operation that is renamed",
        "pub struct Client { inner: () } impl Client { pub async fn list(&self) {} }",
        "pub struct Client { inner: () } impl Client { pub async fn list_all(&self) {} }",
        "pub async fn f(client: &raw::Client) { client.list().await }",
    ),
    breaks(
        "a text that does not live as long",
        "pub mod types { pub struct Role { inner: () } impl Role { pub fn name(&self) -> &'static str { \"\" } } }",
        "pub mod types { pub struct Role { inner: () } impl Role { pub fn name<'a>(&'a self) -> &'a str { \"\" } } }",
        "pub fn f(role: raw::types::Role) -> &'static str { role.name() }",
    ),
    keeps(
        "other names of arguments and lifetimes",
        "pub struct Client { inner: () } impl Client { pub async fn get<'a>(&'a self, id: &'a str) {} }",
        "pub struct Client { inner: () } impl Client { pub async fn get<'b>(&'b self, token_id: &'b str) {} }",
        "pub async fn f(client: &raw::Client) { client.get(\"id\").await }",
    ),
    keeps(
        "other words and another way to write the same types",
        "pub mod types { /// A token.
         #[non_exhaustive] pub struct Token { pub part: ::std::option::Option<Part> } #[non_exhaustive] pub struct Part {} }",
        "pub mod types { /// One token.
         #[non_exhaustive] pub struct Token { pub part: Option<super::types::Part> } #[non_exhaustive] pub struct Part {} }",
        "pub fn f(token: raw::types::Token) -> Option<raw::types::Part> { token.part }",
    ),
    keeps(
        "what is nobody else's",
        "struct Inner { id: String } impl Inner { pub fn id(&self) -> &str { &self.id } } fn help() {}",
        "pub(crate) struct Other { id: u64 } impl Other { pub fn id(&self) -> u64 { self.id } } pub(crate) use std::fmt;",
        "#[allow(unused_imports)] use raw::*;",
    ),
    keeps(
        "a type more",
        "pub mod types { #[non_exhaustive] pub struct Token {} }",
        "pub mod types { #[non_exhaustive] pub struct Token {} #[derive(Clone)] #[non_exhaustive] pub struct Part { pub id: String } }",
        "#[allow(unused_imports)] use raw::types::Token;",
    ),
    breaks(
        "a type less",
        "pub mod types { #[non_exhaustive] pub struct Token {} #[derive(Clone)] #[non_exhaustive] pub struct Part { pub id: String } }",
        "pub mod types { #[non_exhaustive] pub struct Token {} }",
        "pub fn f(part: &raw::types::Part) -> &str { &part.id }",
    ),
    breaks(
        "a type that is renamed with all its uses",
        "pub mod types { #[non_exhaustive] pub struct Token { pub parts: Vec<Part> }
         #[derive(Clone)] #[non_exhaustive] pub struct Part { pub kind: Kind } #[derive(Clone)] #[non_exhaustive] pub enum Kind { One }
         impl Part { pub fn new(kind: Kind) -> Self { Self { kind } } } }
         pub struct Client { inner: () } impl Client { pub async fn put(&self, part: &types::Part) {} }",
        "pub mod types { #[non_exhaustive] pub struct Token { pub parts: Vec<Section> }
         #[derive(Clone)] #[non_exhaustive] pub struct Section { pub kind: SectionKind }
         #[derive(Clone)] #[non_exhaustive] pub enum SectionKind { One }
         impl Section { pub fn new(kind: SectionKind) -> Self { Self { kind } } } }
         pub struct Client { inner: () } impl Client { pub async fn put(&self, part: &types::Section) {} }",
        "pub fn f(part: &raw::types::Part) -> raw::types::Kind { part.kind.clone() }",
    ),
    breaks(
        "two types alike, renamed crosswise",
        "pub mod types { #[non_exhaustive] pub enum A { On } #[non_exhaustive] pub enum B { On }
         #[non_exhaustive] pub struct Token { pub a: A, pub b: B } }",
        "pub mod types { #[non_exhaustive] pub enum Z { On } #[non_exhaustive] pub enum Y { On }
         #[non_exhaustive] pub struct Token { pub a: Z, pub b: Y } }",
        "pub fn f(token: raw::types::Token) -> raw::types::A { token.a }",
    ),
    breaks(
        "a type that is renamed and has a field more",
        "pub mod types { #[non_exhaustive] pub struct Part { pub id: String } }",
        "pub mod types { #[non_exhaustive] pub struct Section { pub id: String, pub name: String } }",
        "pub fn f(part: &raw::types::Part) -> &str { &part.id }",
    ),
    breaks(
        "an alias of another type",
        "pub mod types { pub type Id = String; }",
        "pub mod types { pub type Id = u64; }",
        "pub fn f(id: raw::types::Id) -> String { id }",
    ),
    breaks(
        "a constant less and what is passed on no more",
        "pub use std::fmt::{Error, Result as Outcome}; pub const LIMIT: usize = 1;",
        "pub use std::fmt::Error; pub(crate) const LIMIT: usize = 1;",
        "pub fn f() -> raw::Outcome { if raw::LIMIT > 0 { Ok(()) } else { Err(raw::Error) } }",
    ),
];
