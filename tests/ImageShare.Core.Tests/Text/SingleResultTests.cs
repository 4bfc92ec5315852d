using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Text;

/// <summary>A result that comes once: everybody hears of it, once, whoever comes first.</summary>
[TestFixture]
public sealed class SingleResultTests
{
    [Test]
    public void Who_asked_before_is_told_inside_the_call_and_who_asks_later_at_once()
    {
        var result = new SingleResult<int>();
        List<string> heard = [];
        result.Tell(value => heard.Add($"a{value}"));
        result.Tell(value => heard.Add($"b{value}"));
        Assert.That(heard, Is.Empty);
        Assert.That(result.TrySet(7), Is.True);
        Assert.That(heard, Is.EqualTo((string[])["a7", "b7"]));
        result.Tell(value => heard.Add($"c{value}"));
        Assert.That(heard, Is.EqualTo((string[])["a7", "b7", "c7"]));
    }

    [Test]
    public void Only_the_first_result_counts()
    {
        var result = new SingleResult<int>();
        int calls = 0;
        result.Tell(_ => calls++);
        Assert.That((result.TrySet(1), result.TrySet(2), result.Task.Result, calls), Is.EqualTo((true, false, 1, 1)));
    }

    [Test]
    public async Task Who_asks_while_it_is_set_is_told_once()
    {
        for (int round = 0; round < 5000; round++)
        {
            var result = new SingleResult<int>();
            int calls = 0;
            using var together = new Barrier(3);
            void Ask()
            {
                together.SignalAndWait();
                result.Tell(_ => Interlocked.Increment(ref calls));
            }

            await Task.WhenAll(Task.Run(Ask), Task.Run(Ask), Task.Run(() =>
            {
                together.SignalAndWait();
                result.TrySet(1);
            }));
            Assert.That(calls, Is.EqualTo(2), $"round {round}");
        }
    }
}
