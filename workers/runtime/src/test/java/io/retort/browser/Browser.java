package io.retort.browser;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** A headless Chromium of this machine. */
public final class Browser implements AutoCloseable {
  private static final List<String> BROWSERS =
      List.of("chromium", "chromium-browser", "google-chrome");
  private static final String DRIVER = "chromedriver";
  private static final String AXE = "/axe.min.js";

  private static final Duration LONGEST_WAIT = Duration.ofMinutes(2);

  private final ChromeDriver driver;

  private Browser(ChromeDriver driver) {
    this.driver = driver;
  }

  /** Empty where the machine has no Chromium, or no driver of it. */
  public static Optional<Browser> open() {
    Optional<Path> browser = BROWSERS.stream().flatMap(name -> find(name).stream()).findFirst();
    Optional<Path> executable = find(DRIVER);
    if (browser.isEmpty() || executable.isEmpty()) {
      return Optional.empty();
    }
    ChromeOptions options = new ChromeOptions();
    options.setBinary(browser.get().toFile());
    // Tests may run as root, where Chromium's own sandbox cannot be used.
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        // A page that is taken for hidden has its timers fire once a minute.
        "--disable-background-timer-throttling",
        "--disable-backgrounding-occluded-windows",
        "--disable-renderer-backgrounding");
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    options.setCapability("goog:loggingPrefs", logs);
    ChromeDriver driver =
        new ChromeDriver(
            new ChromeDriverService.Builder()
                .usingDriverExecutable(executable.get().toFile())
                .usingAnyFreePort()
                .build(),
            options);
    driver.manage().timeouts().scriptTimeout(Duration.ofMinutes(10));
    return Optional.of(new Browser(driver));
  }

  /**
   * Shows a file at a width.
   *
   * @param scheme "light" or "dark"
   * @param script whether the page may run scripts
   */
  public void show(Path page, int width, String scheme, boolean script) {
    show(page.toUri().toString(), width, scheme, script);
  }

  /** Shows a page of a server, as {@link #show(Path, int, String, boolean)} shows a file. */
  public void show(String address, int width, String scheme, boolean script) {
    command("Emulation.setScriptExecutionDisabled", Map.of("value", !script));
    command(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", 900, "deviceScaleFactor", 1, "mobile", width < 500));
    command(
        "Emulation.setEmulatedMedia",
        Map.of(
            "media",
            "",
            "features",
            List.of(
                Map.of("name", "prefers-color-scheme", "value", scheme),
                Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
    driver.get(address);
  }

  /** What the console said since it was last asked. */
  public List<String> console() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .map(entry -> entry.getLevel() + " " + entry.getMessage())
        .toList();
  }

  /** Violations of axe's rules for WCAG 2.2 AA and good practice, a line each. */
  public List<String> violations() throws IOException {
    run(axe());
    Object found =
        driver.executeAsyncScript(
            """
            const done = arguments[arguments.length - 1];
            axe.run(document, {resultTypes: ['violations']}).then(
              result => done(result.violations.map(one => one.id + ' (' + one.impact + '): ' + one.help
                + ': ' + one.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(' | '))),
              thrown => done(['axe failed: ' + thrown]));
            """);
    return ((List<?>) found).stream().map(String::valueOf).toList();
  }

  /** Opens all details that the selector finds, and returns once the page has filled them. */
  public void open(String selector) {
    driver.executeAsyncScript(
        """
        const closed = [...document.querySelectorAll(arguments[0])].filter(one => !one.open);
        const done = arguments[arguments.length - 1];
        Promise.all(closed.map(one => new Promise(filled => {
          // Listeners are called in their order: the page's own comes first.
          one.addEventListener('toggle', filled, {once: true});
          one.open = true;
        }))).then(() => done());
        """,
        selector);
  }

  /** Elements for which the page has to be scrolled to the side. */
  public List<String> wide() {
    Object found =
        driver.executeScript(
            """
            const width = document.documentElement.clientWidth;
            const scrolls = one => one && (getComputedStyle(one).overflowX === 'auto'
              || scrolls(one.parentElement));
            return document.documentElement.scrollWidth <= width ? []
              : [...document.querySelectorAll('body *')]
                .filter(one => one.getBoundingClientRect().right > width + 0.5 && !scrolls(one))
                .map(one => one.outerHTML.slice(0, 160));
            """);
    return ((List<?>) found).stream().map(String::valueOf).toList();
  }

  /** Texts of charts that are outside of their chart, or over another of its texts. */
  public List<String> misplacedTexts() {
    Object found =
        driver.executeScript(
            """
            const within = (box, chart) => box.left >= chart.left - 1 && box.right <= chart.right + 1
              && box.top >= chart.top - 1 && box.bottom <= chart.bottom + 1;
            const apart = (one, other) => one.right <= other.left || other.right <= one.left
              || one.bottom <= other.top + 2 || other.bottom <= one.top + 2;
            return [...document.querySelectorAll('svg[role=img]')].flatMap(chart => {
              const texts = [...chart.querySelectorAll('text')];
              const boxes = texts.map(text => text.getBoundingClientRect());
              return texts.filter((text, index) =>
                !within(boxes[index], chart.getBoundingClientRect())
                  || boxes.slice(0, index).some(box => !apart(box, boxes[index])));
            }).map(text => text.outerHTML);
            """);
    return ((List<?>) found).stream().map(String::valueOf).toList();
  }

  /**
   * Waits until a condition holds, also in the page that follows this one.
   *
   * @param condition expression of the page; one that throws does not hold
   */
  public void await(String condition) {
    long deadline = System.nanoTime() + LONGEST_WAIT.toNanos();
    while (!holds(condition)) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(condition + ": does not hold after " + LONGEST_WAIT);
      }
    }
  }

  private boolean holds(String condition) {
    try {
      return Boolean.TRUE.equals(
          value("(() => { try { return " + condition + "; } catch { return false; } })()"));
    } catch (WebDriverException e) {
      // The page has just been left.
      return false;
    }
  }

  /** The value of an expression in the page. */
  public Object value(String expression) {
    return driver.executeScript("return " + expression);
  }

  /** The value of an expression in a frame of the page. */
  public Object frame(String selector, String expression) {
    driver.switchTo().frame(element(selector));
    try {
      return value(expression);
    } finally {
      driver.switchTo().defaultContent();
    }
  }

  public void run(String script) {
    driver.executeScript(script);
  }

  public WebElement element(String selector) {
    return driver.findElement(By.cssSelector(selector));
  }

  public List<WebElement> elements(String selector) {
    return driver.findElements(By.cssSelector(selector));
  }

  public WebElement focused() {
    return driver.switchTo().activeElement();
  }

  /** Lets downloads through, into a folder. */
  public void downloadTo(Path folder) {
    command(
        "Browser.setDownloadBehavior",
        Map.of("behavior", "allow", "downloadPath", folder.toString(), "eventsEnabled", false));
  }

  /** The whole page as PNG. */
  public byte[] picture() {
    return bytes(
        command("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true)));
  }

  /** Shows the page as its style sheet has it printed, until the next page is shown. */
  public void showPrinted() {
    command("Emulation.setEmulatedMedia", Map.of("media", "print"));
  }

  /** The page as it is printed. */
  public byte[] pdf() {
    return bytes(command("Page.printToPDF", Map.of("paperWidth", 8.27, "paperHeight", 11.69)));
  }

  @Override
  public void close() {
    driver.quit();
  }

  private static byte[] bytes(Map<String, Object> answer) {
    return Base64.getDecoder().decode(String.valueOf(answer.get("data")));
  }

  private Map<String, Object> command(String name, Map<String, Object> parameters) {
    return driver.executeCdpCommand(name, parameters);
  }

  private static String axe() throws IOException {
    try (InputStream input = Browser.class.getResourceAsStream(AXE)) {
      if (input == null) {
        throw new IOException(AXE + ": missing (expected: on the class path)");
      }
      return new String(input.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static Optional<Path> find(String name) {
    Stream<String> folders =
        Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1));
    return folders
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
