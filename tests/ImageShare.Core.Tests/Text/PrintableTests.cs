using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Text;

[TestFixture]
public sealed class PrintableTests
{
    [TestCase("cat on a mat.png", "cat on a mat.png")]
    [TestCase("Grüße %n{0}\\", "Grüße %n{0}\\")]
    [TestCase("\ud83d\ude00 smile", "\ud83d\ude00 smile")]
    [TestCase("a\u001b[31mb", "a\\u001B[31mb")]
    [TestCase("a\r\nended: Completed", "a\\u000D\\u000Aended: Completed")]
    [TestCase("\0\u007f\u0085\u2028\u202egpj.exe", "\\u0000\\u007F\\u0085\\u2028\\u202Egpj.exe")]
    [TestCase("", "")]
    public void What_steers_a_terminal_is_written_as_its_number(string text, string printed) => Assert.That(Printable.Of(text), Is.EqualTo(printed));

    // No attribute can hold it.
    [Test]
    public void Half_a_pair_is_no_text() => Assert.That(Printable.Of("a\ud83db\ude00"), Is.EqualTo("a\\uD83Db\\uDE00"));
}
