//! What goes wrong, when, and for which requests.

use std::{fmt, sync::Arc, time::Duration};

use http::{HeaderMap, Method};
use jiff::Timestamp;
use serde_json::Value;

use crate::{Request, Response, message::set_header};

/// Something that goes wrong with the next request that it is meant for.
///
/// ```
/// use tokenward_testkit::{Fault, Method};
///
/// // The second page of the list is late, and then answered by a proxy.
/// let fault = Fault::status(503)
///     .with_header("retry-after", "3")
///     .with_body("text/html", "<html>maintenance</html>")
///     .on(Method::GET, "/api/v2/tokens")
///     .skip(1);
/// # let _ = fault;
/// ```
///
/// A request meets the first fault in the queue that matches it, and no other. A fault is for one request unless
/// [`times`](Self::times) or [`always`](Self::always) say more.
#[derive(Clone)]
#[must_use]
pub struct Fault {
    method: Option<Method>,
    target: String,
    skip: usize,
    /// None is without end.
    left: Option<usize>,
    pub(crate) harm: Harm,
}

type Edit<T> = dyn Fn(&mut T) + Send + Sync;

/// What a fault does; the parts are applied in the order of the fields.
#[derive(Clone)]
pub(crate) struct Harm {
    pub(crate) run: Option<Arc<dyn Fn() + Send + Sync>>,
    pub(crate) effect: bool,
    instead: Option<u16>,
    status: Option<u16>,
    headers: HeaderMap,
    body: Option<Vec<u8>>,
    edit: Option<Arc<Edit<Value>>>,
    edit_response: Option<Arc<Edit<Response>>>,
    pub(crate) delay: Duration,
    pub(crate) end: End,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum End {
    Whole,
    After(usize),
    Nothing,
}

impl Fault {
    fn of(change: impl FnOnce(&mut Harm)) -> Self {
        let mut harm = Harm {
            run: None,
            effect: true,
            instead: None,
            status: None,
            headers: HeaderMap::new(),
            body: None,
            edit: None,
            edit_response: None,
            delay: Duration::ZERO,
            end: End::Whole,
        };
        change(&mut harm);
        Self { method: None, target: String::new(), skip: 0, left: Some(1), harm }
    }

    /// This status is answered instead of the vendor, which never sees the request.
    pub fn status(status: u16) -> Self {
        Self::of(|harm| {
            harm.instead = Some(status);
            harm.effect = false;
        })
    }

    /// The vendor carries the request out at once and answers late, on tokio's clock.
    pub fn delay(delay: Duration) -> Self {
        Self::of(|harm| harm.delay = delay)
    }

    /// The vendor carries the request out; its headers and so many bytes of its body arrive, then the connection ends.
    pub fn cut_after(bytes: usize) -> Self {
        Self::of(|harm| harm.end = End::After(bytes))
    }

    /// The connection ends without an answer, before the vendor carries the request out.
    pub fn reset_before_effect() -> Self {
        Self::of(|harm| {
            harm.effect = false;
            harm.end = End::Nothing;
        })
    }

    /// The vendor carries the request out, and the connection ends without an answer.
    pub fn reset_after_effect() -> Self {
        Self::of(|harm| harm.end = End::Nothing)
    }

    /// The vendor carries the request out and its answer keeps status and headers, but has this body.
    pub fn body(body: impl Into<Vec<u8>>) -> Self {
        Self::of(|harm| harm.body = Some(body.into()))
    }

    /// The vendor carries the request out and its JSON answer is changed. An answer that is no JSON stays as it is. Where
    /// the change panics, as with a place that is not there, the connection ends.
    ///
    /// ```
    /// # use tokenward_testkit::Fault;
    /// let fault = Fault::edit(|json| json["role"] = "a-role-of-tomorrow".into());
    /// # let _ = fault;
    /// ```
    pub fn edit(edit: impl Fn(&mut Value) + Send + Sync + 'static) -> Self {
        Self::of(|harm| harm.edit = Some(Arc::new(edit)))
    }

    /// The vendor carries the request out and its whole answer is changed: status, headers, body.
    ///
    /// ```
    /// # use tokenward_testkit::Fault;
    /// // A first page of 100 that announces the second one.
    /// let page = Fault::edit_response(|response| {
    ///     let mut list = response.body_json();
    ///     if let Some(items) = list.as_array_mut() {
    ///         items.truncate(100);
    ///     }
    ///     response.body = list.to_string().into_bytes();
    ///     response.status = 206;
    ///     response.headers.insert("x-page-limit", "100".parse().unwrap());
    /// });
    /// # let _ = page;
    /// ```
    ///
    /// If the change panics, the connection ends.
    pub fn edit_response(edit: impl Fn(&mut Response) + Send + Sync + 'static) -> Self {
        Self::of(|harm| harm.edit_response = Some(Arc::new(edit)))
    }

    /// Something happens at the vendor just before it carries the request out.
    ///
    /// ```
    /// # use tokenward_testkit::{Clock, Fault, LaunchDarkly, Method};
    /// let launchdarkly = LaunchDarkly::new(Clock::system());
    /// let meanwhile = launchdarkly.clone();
    /// // The list grows between its first and its second page.
    /// let fault = Fault::run(move || drop(meanwhile.seed(10))).on(Method::GET, "/api/v2/tokens").skip(1);
    /// # let _ = fault;
    /// ```
    pub fn run(run: impl Fn() + Send + Sync + 'static) -> Self {
        Self::of(|harm| harm.run = Some(Arc::new(run)))
    }

    /// The vendor carries the request out, and what was to be answered instead of it is answered afterwards.
    pub fn after_effect(mut self) -> Self {
        self.harm.effect = true;
        self
    }

    /// The answer is late as well.
    pub fn delayed(mut self, delay: Duration) -> Self {
        self.harm.delay = delay;
        self
    }

    /// The answer has this header, in place of the vendor's of that name.
    ///
    /// # Panics
    ///
    /// Where HTTP allows no such name or value.
    #[track_caller]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        set_header(&mut self.harm.headers, name, value);
        self
    }

    /// The answer has this status; the vendor's headers and body stay.
    ///
    /// ```
    /// # use tokenward_testkit::Fault;
    /// let partial = Fault::edit(|list| list.as_array_mut().unwrap().truncate(100))
    ///     .with_status(206)
    ///     .with_header("x-page-total", "300");
    /// # let _ = partial;
    /// ```
    pub fn with_status(mut self, status: u16) -> Self {
        self.harm.status = Some(status);
        self
    }

    /// The answer has this body, announced as this content type.
    #[track_caller]
    pub fn with_body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.harm.body = Some(body.into());
        self.with_header("content-type", content_type)
    }

    /// Only for requests of this method whose path and query, as they are sent, contain this.
    pub fn on(mut self, method: Method, part: &str) -> Self {
        self.method = Some(method);
        part.clone_into(&mut self.target);
        self
    }

    /// Lets so many matching requests pass first.
    pub fn skip(mut self, requests: usize) -> Self {
        self.skip = requests;
        self
    }

    /// For so many matching requests.
    pub fn times(mut self, requests: usize) -> Self {
        self.left = Some(requests);
        self
    }

    /// For every matching request from then on.
    pub fn always(mut self) -> Self {
        self.left = None;
        self
    }

    /// Whether this request is one that the fault is for; counts it if so.
    pub(crate) fn takes(&mut self, request: &Request) -> bool {
        if self.is_spent() || !self.matches(request) {
            return false;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        if let Some(left) = &mut self.left {
            *left -= 1;
        }
        true
    }

    pub(crate) fn is_spent(&self) -> bool {
        self.left == Some(0)
    }

    fn matches(&self, request: &Request) -> bool {
        let target = format!("{}?{}", request.path, request.query);
        self.method.as_ref().is_none_or(|method| *method == request.method) && target.contains(&self.target)
    }
}

impl Harm {
    /// What is answered in place of what the vendor answered, if it did. `now` is the vendor's time.
    pub(crate) fn apply(&self, vendors: Option<Response>, now: Option<Timestamp>) -> Response {
        let mut response = match (self.instead, vendors) {
            (None, Some(vendors)) => vendors,
            (instead, _) => {
                let response = Response::new(instead.unwrap_or(200));
                match now {
                    Some(now) => response.dated(now),
                    None => response,
                }
            }
        };
        if let Some(status) = self.status {
            response.status = status;
        }
        for (name, value) in &self.headers {
            response.headers.insert(name, value.clone());
        }
        if let Some(body) = &self.body {
            response.body.clone_from(body);
        }
        if let Some(edit) = &self.edit
            && let Ok(mut json) = serde_json::from_slice(&response.body)
        {
            edit(&mut json);
            response.body = json.to_string().into_bytes();
        }
        if let Some(edit) = &self.edit_response {
            edit(&mut response);
        }
        response
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fault")
            .field("method", &self.method)
            .field("target", &self.target)
            .field("skip", &self.skip)
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}
