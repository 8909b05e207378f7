// For a browser that knows no ES modules: it runs this file, and no other.
document.getElementById("main").textContent =
  "This browser does not know ES modules, which the pages are made of. Open them in a newer one; interlock audit shows the same calls on a terminal.";
