import type { FullResult, Reporter, Suite, TestCase, TestResult } from '@playwright/test/reporter'

/** A line for each test, as every runner of the project prints them, and the closing line. */
export default class Lines implements Reporter {
  private tests: TestCase[] = []

  onBegin(_: unknown, suite: Suite): void {
    this.tests = suite.allTests()
  }

  onTestEnd(test: TestCase, result: TestResult): void {
    if (result.retry < test.retries && result.status !== 'passed' && result.status !== 'skipped') {
      console.log(`     ${test.title}: once more, after: ${result.error?.message ?? result.status}`)
      return
    }
    const word = { expected: 'PASS', flaky: 'PASS', skipped: 'SKIP', unexpected: 'FAIL' }[test.outcome()]
    const tries = test.outcome() === 'flaky' ? ', at the second try' : ''
    console.log(`${word} ${test.titlePath().slice(2).join(' > ')} (${(result.duration / 1000).toFixed(1)} s${tries})`)
    for (const error of result.errors) console.log(error.stack ?? error.message ?? 'no message')
  }

  onError(error: { message?: string; stack?: string }): void {
    console.log(error.stack ?? error.message)
  }

  onEnd(result: FullResult): void {
    const count = (outcome: string) => this.tests.filter((test) => test.outcome() === outcome).length
    const failed = count('unexpected')
    const passed = count('expected') + count('flaky')
    // A run that found no test, or ended before its end, is no success.
    const broken = result.status !== 'passed' && failed === 0 ? 1 : 0
    console.log(`dashboard: ${passed} passed, ${failed + broken} failed, ${count('skipped')} skipped`)
  }
}
