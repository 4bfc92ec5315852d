using System.Text.RegularExpressions;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Images;

namespace ImageShare.Core.Tests.Documentation;

/// <summary>The examples of the API reference are compiled, exist where comments name them, and do what they show.</summary>
[TestFixture]
public sealed partial class ApiExampleTests
{
    private readonly Folder _folder = new();

    [OneTimeTearDown]
    public void Delete() => _folder.Dispose();

    [Test]
    public void Every_example_that_a_comment_names_exists_and_every_one_is_named()
    {
        string[] named =
        [
            .. Directory.GetFiles(Repository.File("src"), "*.cs", SearchOption.AllDirectories)
                .SelectMany(static file => Named().Matches(File.ReadAllText(file)).Select(static m => $"{m.Groups[1].Value} {m.Groups[2].Value}"))
                .Distinct(),
        ];
        const string Source = "tests/ImageShare.Core.Tests/Documentation/ApiExamples.cs";
        string[] there = [.. Region().Matches(File.ReadAllText(Repository.File(Source.Split('/')))).Select(static m => $"{Source} {m.Groups[1].Value}")];
        Assert.That(named, Is.EquivalentTo(there));
    }

    [Test]
    public async Task The_examples_query_share_and_receive()
    {
        await using SharePair pair = await SharePair.StartAsync();
        string cat = _folder.File("cat.png", TestImage.Png(50_000)), dog = _folder.File("dog.png", TestImage.Png(1000));
        await using ImageShareClient carol = await ApiExamples.StartAsync(pair.Network);
        Assert.That(await ApiExamples.QueryAsync(carol, pair.Bob.Address), Is.True);
        using var stop = new CancellationTokenSource();
        Task receiving = ApiExamples.ReceiveAsync(pair.Bob, pair.Inbox.FullName, stop.Token);
        ImageShareResult shared = await ApiExamples.ShareAsync(carol, pair.Bob.Address, cat).WaitAsync(SharePair.Patience);
        int together = await ApiExamples.TogetherAsync(carol, pair.Bob.Address, [cat, dog]).WaitAsync(SharePair.Patience);
        await stop.CancelAsync();
        await Assert.CatchAsync<OperationCanceledException>(() => receiving.WaitAsync(SharePair.Patience));
        Assert.Multiple(() =>
        {
            Assert.That(shared.IsCompleted, Is.True, shared.Message);
            Assert.That(together, Is.EqualTo(2));
        });
    }

    [Test]
    public async Task The_example_of_cancelling_ends_a_share_that_nobody_answers()
    {
        await using SharePair pair = await SharePair.StartAsync();
        await using ImageShareSession session = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(1000)));
        await pair.NextInvitationAsync();
        ImageShareResult result = await ApiExamples.CancelAsync(session, TimeSpan.FromMilliseconds(1), TimeProvider.System).WaitAsync(SharePair.Patience);
        Assert.That(result.State, Is.EqualTo(ImageShareState.Cancelled));
    }

    [Test]
    public async Task The_example_of_fetching_gets_the_image()
    {
        _folder.File("cat.png", TestImage.Png(1000));
        await using SharePair pair = await SharePair.StartAsync(bob: options => options with { Catalogue = ImageCatalogue.FromDirectory(_folder.Path) });
        ImageShareResult result = await ApiExamples.FetchAsync(pair.Alice, pair.Bob.Address, pair.Inbox.FullName).WaitAsync(SharePair.Patience);
        Assert.That(result.IsVerified, Is.True, result.Message);
    }

    [Test]
    public async Task The_example_of_a_pair_shares_in_memory()
    {
        ImageShareResult received = await ApiExamples.PairAsync(_folder.File("pair.png", TestImage.Png(1000))).WaitAsync(SharePair.Patience);
        Assert.That(received.IsVerified, Is.True, received.Message);
    }

    [GeneratedRegex("<code source=\"([^\"]+)\" region=\"([^\"]+)\" />")]
    private static partial Regex Named();

    [GeneratedRegex(@"^ *#region (\w+)$", RegexOptions.Multiline)]
    private static partial Regex Region();
}
