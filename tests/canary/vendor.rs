//! A vendor that answers each of its operations with a planted record, but for the one under test.

use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokenward_http::Endpoint;
use tokenward_testkit::{Request, Response, Simulated};

/// One operation, and what it answers when all is well.
#[derive(Clone)]
pub(crate) struct Route {
    pub(crate) operation: Endpoint,
    pub(crate) answer: Value,
}

/// The vendor. Clones are one.
#[derive(Clone)]
pub(crate) struct Scripted {
    routes: Arc<Vec<Route>>,
    script: Arc<Mutex<Option<Script>>>,
}

struct Script {
    operation: Endpoint,
    /// How many requests are answered as ever.
    pass: usize,
    then: Response,
}

impl Scripted {
    pub(crate) fn new(routes: Vec<Route>) -> Self {
        Self { routes: Arc::new(routes), script: Arc::default() }
    }

    /// Lets so many requests of this operation pass, and answers this to all that follow.
    pub(crate) fn script(&self, operation: Endpoint, pass: usize, then: Response) {
        *self.script.lock().unwrap() = Some(Script { operation, pass, then });
    }

    /// Answers as ever.
    pub(crate) fn clear_script(&self) {
        *self.script.lock().unwrap() = None;
    }

    /// What the request is for.
    pub(crate) fn route(&self, request: &Request) -> Option<&Route> {
        self.routes.iter().find(|route| fits(&route.operation, request))
    }

    pub(crate) fn routes(&self) -> &[Route] {
        &self.routes
    }
}

impl Simulated for Scripted {
    fn vendor(&self) -> &'static str {
        "scripted"
    }

    fn respond(&self, request: &Request) -> Response {
        let Some(route) = self.route(request) else { return Response::new(404) };
        if let Some(script) = &mut *self.script.lock().unwrap()
            && script.operation == route.operation
        {
            match script.pass.checked_sub(1) {
                Some(pass) => script.pass = pass,
                None => return script.then.clone(),
            }
        }
        Response::json(200, &route.answer)
    }
}

fn fits(operation: &Endpoint, request: &Request) -> bool {
    let (mut wanted, mut words) = (operation.path.split('/'), request.path.split('/'));
    let fit = wanted
        .by_ref()
        .all(|wanted| words.next().is_some_and(|word| wanted.starts_with('{') || wanted == word));
    fit && words.next().is_none() && request.method == operation.method
}
