using System.Text;
using ImageShare.Core.Bodies;
using ImageShare.Core.Bodies.Unwrapping;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Bodies;

/// <summary>Bodies made to cost: MimeKit has no limit of its own but the depth, so ours must cut in before it works.</summary>
[TestFixture]
public sealed class HostileBodiesTests
{
    private const string Mixed = "multipart/mixed;boundary=b";

    // What a body may take of memory beside itself, whatever is in it.
    private const long MostMemory = 512 * 1024;

    private static IEnumerable<TestCaseData> Bodies()
    {
        yield return Case("a header line of 4 MiB", "--b\r\nX: " + new string('x', 4 << 20) + "\r\n\r\nx\r\n--b--", MultipartError.HeadersTooLarge);
        yield return Case("a header name of 2 MiB", "--b\r\n" + new string('x', 2 << 20), MultipartError.HeadersTooLarge);
        yield return Case("a folded header of 2 MiB", "--b\r\nX: y" + Repeat("\r\n " + new string('x', 60), 33_000) + "\r\n\r\n\r\n--b--", MultipartError.HeadersTooLarge);
        yield return Case("350,000 header fields", "--b\r\n" + Repeat("X: y\r\n", 350_000), MultipartError.HeadersTooLarge);
        yield return Case("10,000 parts", Repeat("--b\r\n\r\nx\r\n", 10_000) + "--b--", MultipartError.TooManyParts);
        yield return Case("100,000 delimiters", Repeat("--b\r\n", 100_000), MultipartError.TooManyParts);
        yield return Case(
            "3,000 levels", "--b\r\nContent-Type: multipart/mixed;boundary=0\r\n\r\n" + string.Concat(Enumerable.Range(0, 3000).Select(i => $"--{i}\r\nContent-Type: multipart/mixed;boundary={i + 1}\r\n\r\n")), MultipartError.TooDeep);
    }

    [TestCaseSource(nameof(Bodies))]
    [Category("MIME-013")]
    [Category("SEC-001")]
    public void What_is_too_much_is_refused_at_the_limit(string body, MultipartError error)
    {
        byte[] octets = Encoding.ASCII.GetBytes(body);
        var type = MediaType.Parse(Mixed);
        MultipartCodec.Read(type, octets);
        long before = GC.GetAllocatedBytesForCurrentThread();
        MultipartReadResult result = MultipartCodec.Read(type, octets);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(MostMemory));
        Assert.That(result.Error, Is.EqualTo(error));
        foreach (int piece in (int[])[1, 1777, 16 * 1024])
        {
            var unwrapper = new BodyUnwrapper(type);
            int taken = 0;
            before = GC.GetAllocatedBytesForCurrentThread();
            foreach (ReadOnlyMemory<byte> next in Segments.Cut(octets, piece).TakeWhile(_ => unwrapper.Error == UnwrapError.None))
            {
                taken += next.Length;
                Unwrapped.Done(unwrapper.PushAsync(next));
                while (unwrapper.TryRead(out _))
                {
                }
            }

            Assert.That(unwrapper.Error.ToString(), Is.EqualTo(error.ToString()), $"in pieces of {piece}");
            Assert.That(taken, Is.LessThan(40_000), "at the limit, not at the end");
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(piece == 1 ? 24 * MostMemory : MostMemory), "what each push takes is garbage at once");
        }
    }

    [Test]
    [Category("SEC-001")]
    public void Messages_in_messages_and_long_lines_cost_no_more_than_their_length()
    {
        byte[] messages = Encoding.ASCII.GetBytes("--b\r\n" + Repeat("Content-Type: message/rfc822\r\n\r\n", 30_000));
        byte[] dashes = Encoding.ASCII.GetBytes("--b\r\n\r\n" + Repeat("--" + new string('x', 900) + "\r\n", 1000));
        foreach (byte[] octets in (byte[][])[messages, dashes])
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.That(MultipartCodec.Read(MediaType.Parse(Mixed), octets).Error, Is.EqualTo(MultipartError.None));
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(MostMemory));
        }
    }

    [Test]
    [Category("SEC-001")]
    public void Content_is_counted_before_it_is_decoded()
    {
        byte[] octets = Encoding.ASCII.GetBytes("--b\r\nContent-Transfer-Encoding: base64\r\n\r\n" + new string('A', 8 << 20) + "\r\n--b--");
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(MultipartCodec.Read(MediaType.Parse(Mixed), octets).Error, Is.EqualTo(MultipartError.ContentTooLarge));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(MostMemory));
    }

    [Test]
    [Category("MSRP-047")]
    public async Task A_hundred_messages_are_taken_apart_at_once()
    {
        byte[] block = new byte[16 * 1024];
        new Random(11).NextBytes(block);
        long[] lengths = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(async () =>
        {
            var unwrapper = new BodyUnwrapper(MediaType.Parse(Mixed));
            long length = 0;
            await Push("--b\r\nContent-Type: image/png\r\n\r\n"u8.ToArray());
            for (int i = 0; i < 64; i++)
            {
                await Push(block);
            }

            await Push("\r\n--b--"u8.ToArray());
            await unwrapper.EndAsync();
            Assert.That(unwrapper.Error, Is.EqualTo(UnwrapError.None));
            return length;

            async Task Push(byte[] octets)
            {
                await unwrapper.PushAsync(octets);
                while (unwrapper.TryRead(out UnwrapEvent next))
                {
                    length += next.Content.Length;
                }
            }
        })));
        Assert.That(lengths, Is.All.EqualTo(64 * block.Length));
    }

    [Test]
    public async Task It_goes_on_where_the_scheduler_of_the_caller_does_not_let_it_go_on_at_once()
    {
        using var own = new OneThread();
        string read = await Task.Factory.StartNew(
            async () =>
            {
                var unwrapper = new BodyUnwrapper(MediaType.Parse(Mixed));
                var text = new StringBuilder();
                foreach (ReadOnlyMemory<byte> piece in Segments.Cut("--b\r\n\r\nhello\r\n--b--"u8.ToArray(), 3))
                {
                    await unwrapper.PushAsync(piece);
                    while (unwrapper.TryRead(out UnwrapEvent next))
                    {
                        text.Append(Encoding.ASCII.GetString(next.Content.Span));
                    }
                }

                await unwrapper.EndAsync();
                Assert.That(TaskScheduler.Current, Is.SameAs(own));
                return text.ToString();
            },
            CancellationToken.None,
            TaskCreationOptions.None,
            own).Unwrap().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(read, Is.EqualTo("hello"));
    }

    private static TestCaseData Case(string name, string body, MultipartError error) => new TestCaseData(body, error).SetArgDisplayNames(name);

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));

    /// <summary>A scheduler that runs what it is given on a thread of its own, one after the other.</summary>
    private sealed class OneThread : TaskScheduler, IDisposable
    {
        private readonly System.Collections.Concurrent.BlockingCollection<Task> _tasks = [];

        public OneThread() => new Thread(() =>
        {
            foreach (Task task in _tasks.GetConsumingEnumerable())
            {
                TryExecuteTask(task);
            }
        })
        { IsBackground = true }.Start();

        public void Dispose() => _tasks.CompleteAdding();

        protected override void QueueTask(Task task) => _tasks.Add(task);

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

        protected override IEnumerable<Task> GetScheduledTasks() => _tasks;
    }
}
