using ImageShare.Core.Sharing.Sessions;

namespace ImageShare.Core.Tests.Sharing.Sessions;

[TestFixture]
public sealed class FaceTests
{
    [Test]
    public void Whoever_asks_at_the_same_time_gets_the_same_object()
    {
        for (int i = 0; i < 200; i++)
        {
            var face = new Face();
            object[] seen = new object[4];
            using var together = new Barrier(seen.Length);
            Thread[] callers =
            [
                .. Enumerable.Range(0, seen.Length).Select(n => new Thread(() =>
                {
                    together.SignalAndWait();
                    seen[n] = face.Of(n, static _ => new object());
                })),
            ];
            Array.ForEach(callers, static caller => caller.Start());
            Array.ForEach(callers, static caller => caller.Join());
            Assert.That(seen.Distinct().Count(), Is.EqualTo(1));
        }
    }
}
