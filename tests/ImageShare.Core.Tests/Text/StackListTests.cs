using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Text;

[TestFixture]
public sealed class StackListTests
{
    [TestCase(0)]
    [TestCase(1)]
    [TestCase(16)]
    [TestCase(17)]
    [TestCase(32)]
    [TestCase(33)]
    [TestCase(200)]
    public void Items_are_kept_in_order_and_taken_once(int count)
    {
        StackList<string> list = default;
        for (int round = 0; round < 2; round++)
        {
            string[] expected = [.. Enumerable.Range(0, count).Select(i => $"{round} {i}")];
            foreach (string item in expected)
            {
                list.Add(item);
            }

            Assert.That(list.Count, Is.EqualTo(count));
            Assert.That(list.Items.ToArray(), Is.EqualTo(expected));
            Assert.That(list.Take(), Is.EqualTo(expected));
            Assert.That(list.Count, Is.Zero);
            Assert.That(list.Items.Length, Is.Zero);
        }
    }
}
