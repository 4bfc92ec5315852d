using System.Diagnostics;
using System.Globalization;

namespace ImageShare.Core.Benchmarks.Transfer;

/// <summary>
/// Receivers in a process of their own, which lives through all rounds. It is told the case and the octets in one line, answers
/// with the address in one line, and with what it used in another when it has everything.
/// </summary>
internal sealed class ReceiverProcess : IReceiverHost
{
    private readonly Process _process = SecondProcess.Start("transfer-receiver");

    /// <summary>The main loop of the receiver's process.</summary>
    public static async Task<int> RunAsync()
    {
        while (await Console.In.ReadLineAsync() is { } line)
        {
            string[] words = line.Split(' ');
            await using ITransferReceiver receiver = await TransferCases.All[int.Parse(words[0], CultureInfo.InvariantCulture)]
                .ListenAsync(long.Parse(words[1], CultureInfo.InvariantCulture));
            GC.Collect();
            Usage before = Usage.Now();
            await Console.Out.WriteLineAsync(receiver.Address);
            await receiver.Completion;
            Usage used = Usage.Now() - before;
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{used.CpuSeconds} {used.AllocatedBytes}"));
        }

        return 0;
    }

    public async Task<string> BeginAsync(int caseIndex, long octets)
    {
        await _process.StandardInput.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{caseIndex} {octets}"));
        await _process.StandardInput.FlushAsync();
        return await ReadAsync();
    }

    public async Task<Usage> EndAsync()
    {
        string[] words = (await ReadAsync()).Split(' ');
        return new Usage(double.Parse(words[0], CultureInfo.InvariantCulture), double.Parse(words[1], CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<string> ReadAsync() =>
        await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The receiver's process ended; what it said is above.");
}
