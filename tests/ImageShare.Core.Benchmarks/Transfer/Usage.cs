using System.Diagnostics;

namespace ImageShare.Core.Benchmarks.Transfer;

/// <summary>What one process has used so far, or between two looks.</summary>
/// <param name="CpuSeconds">Processor time of all its threads.</param>
/// <param name="AllocatedBytes">Bytes allocated on its managed heap.</param>
internal readonly record struct Usage(double CpuSeconds, double AllocatedBytes)
{
    public static Usage Now()
    {
        using var process = Process.GetCurrentProcess();
        return new Usage(process.TotalProcessorTime.TotalSeconds, GC.GetTotalAllocatedBytes(precise: true));
    }

    public static Usage operator -(Usage later, Usage earlier) =>
        new(later.CpuSeconds - earlier.CpuSeconds, later.AllocatedBytes - earlier.AllocatedBytes);
}
