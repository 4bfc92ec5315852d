namespace ImageShare.Core.Tests.Faults;

/// <summary>The receiver's disk is full, or its folder disappears.</summary>
[TestFixture]
[Platform("Linux", Reason = "mount, /proc and the addresses of 127/8")]
[Category("Processes")]
public sealed class StoreFaultTests
{
    private const int Size = 2_000_000;

    /// <summary>What a store leaves free unless told otherwise (<c>DirectoryStoreOptions</c>).</summary>
    private const int StaysFree = 16 * 1024 * 1024;

    [Test]
    public async Task A_disk_that_is_too_small_refuses_the_image()
    {
        using var disk = new SmallDisk(StaysFree + (Size / 2));
        await using FaultRun run = await FaultRun.StartAsync(Size, ["--accept", "auto"], disk.Inbox, timeoutSeconds: 20);
        run.Send();
        TestContext.Out.WriteLine(await run.AssertEndsAsync("Rejected", "DiskFull"));
    }

    [Test]
    public async Task A_disk_that_is_full_while_the_image_arrives_ends_the_share()
    {
        using var disk = new SmallDisk(StaysFree + (Size * 2));
        await using FaultRun run = await FaultRun.StartAsync(Size, ["--accept", "auto"], disk.Inbox, timeoutSeconds: 20);
        run.Send("--max-rate", "500000");
        await run.ReceivedAsync(200_000);
        disk.Fill();
        TestContext.Out.WriteLine(await run.AssertEndsAsync("TransferRefused", "DiskFull", disk.Clear));
    }

    [Test]
    public async Task An_inbox_that_is_removed_while_the_image_arrives_ends_the_share()
    {
        await using FaultRun run = await FaultRun.StartAsync(Size, ["--accept", "auto"], timeoutSeconds: 20);
        run.Send("--max-rate", "1000000");
        await run.ReceivedAsync(200_000);
        Directory.Delete(run.Inbox, recursive: true);
        TestContext.Out.WriteLine(await run.AssertEndsAsync("TransferRefused", "StoreNotWritable"));
    }
}
